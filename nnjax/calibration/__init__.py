"""The statistics put to the test where the truth is known: what should be seen beside what is."""
