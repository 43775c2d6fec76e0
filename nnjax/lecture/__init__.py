"""The lecture's own algorithms, by hand from its formulas, in NumPy float64: the reference, apart from the engine."""
