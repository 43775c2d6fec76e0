"""Tasks on workers: threads, processes, other machines. Knows nothing of studies or training."""
