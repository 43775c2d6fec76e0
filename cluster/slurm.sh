#!/usr/bin/env bash
# A study on a Slurm cluster: sbatch --ntasks=64 cluster/slurm.sh experiments/diabetes.toml [what nnjax sweep takes]
# Submit it again to go on where it was cut off. The folder must be one that all nodes see.
#SBATCH --job-name=nnjax
#SBATCH --ntasks=16
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=08:00:00
#SBATCH --no-kill
#SBATCH --output=nnjax-%j.log
# Whoever reaches the scheduler's port can run code as you: on a network that you share with strangers set Dask's TLS first
# (docs/cluster.md), by DASK_DISTRIBUTED__COMM__TLS__… in the environment of this job.
# A worker a GPU: add --gpus-per-task=1 here, and give the study --set device=gpu --resource GPU=1.
set -euo pipefail
study=${1:?say which study: sbatch cluster/slurm.sh experiments/diabetes.toml}
shift
export DASK_CONFIG=$PWD/cluster/dask.yaml
bin=$PWD/.venv/bin
scheduler=$PWD/.cache/dask-${SLURM_JOB_ID:?this is a job for sbatch}.json
mkdir -p .cache
offer=()
[ -z "${SLURM_GPUS_PER_TASK:-}" ] || offer=(--resources "GPU=1")

rm -f "$scheduler" # of an earlier try of this job
"$bin/dask" scheduler --no-dashboard --port 0 --scheduler-file "$scheduler" &
head=$!
trap 'kill $(jobs -p) 2>/dev/null; rm -f "$scheduler"' EXIT
until [ -s "$scheduler" ]; do kill -0 "$head"; sleep 0.2; done
srun --kill-on-bad-exit=0 "$bin/dask" worker --scheduler-file "$scheduler" --nthreads 1 --no-dashboard "${offer[@]}" &
"$bin/nnjax" sweep "$study" --address "$scheduler" "$@"
