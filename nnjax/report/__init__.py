"""From results to one page that a sceptic can check: baselines, claims, figures, page. Imports `results` and `statistics`."""
