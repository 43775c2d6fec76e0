"""Tables, their splits, their scaling, and the streams of random numbers. A leaf: numpy and scikit-learn only."""
