"""From results to one page that a sceptic can check: baselines, claims, figures. Imports `results` and `statistics`."""
