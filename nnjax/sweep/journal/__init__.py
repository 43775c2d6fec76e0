"""The journal: every trained run, durable, one Parquet file a chunk; beside it own tables and records of sweeps."""
