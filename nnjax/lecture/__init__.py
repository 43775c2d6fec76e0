"""The lecture's own algorithms, by hand from its formulas, in NumPy float64; may import every room but tracking."""
