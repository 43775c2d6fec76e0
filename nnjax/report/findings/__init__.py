"""What a report noticed, each with the study that would settle it."""
