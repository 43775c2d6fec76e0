"""What is wrong with a checkout, a home, a store or a server, and the remedy."""
