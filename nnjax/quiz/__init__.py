"""The lecture's take-home quiz, answered in one command; may import every room but tracking."""
