"""What a report noticed, each with the study that it is made into."""
