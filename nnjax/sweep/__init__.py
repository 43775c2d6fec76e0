"""From the study file to the journal: cells, runs, buckets, chunks, executors. Imports `training` and `data`."""
