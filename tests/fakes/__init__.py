"""Stand-ins for the parts that take long, importable by name in workers."""
