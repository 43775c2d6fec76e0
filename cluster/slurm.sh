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
# Whoever reaches the scheduler's port can run code as you: on a network that you share with strangers make certificates
# (docs/cluster.md), and before sbatch: . FOLDER/environment
# A worker a GPU: add --gpus-per-task=1 here, and give the study --set device=gpu --resource GPU=1.
# Where nodes have several networks: DASK_INTERFACE=ib0 sbatch …
set -euo pipefail
study=${1:?say which study: sbatch cluster/slurm.sh experiments/diabetes.toml}
shift
export DASK_CONFIG=$PWD/cluster/dask.yaml
bin=$PWD/.venv/bin
file=$PWD/.cache/dask-${SLURM_JOB_ID:?this is a job for sbatch}.json
mkdir -p .cache
both=(--no-dashboard --scheduler-file "$file")
[ -z "${DASK_INTERFACE:-}" ] || both+=(--interface "$DASK_INTERFACE")
offer=()
[ -z "${SLURM_GPUS_PER_TASK:-}" ] || offer=(--resources "GPU=1")

rm -f "$file" # of an earlier try of this job
"$bin/dask" scheduler --port 0 "${both[@]}" &
scheduler=$!
trap 'kill $(jobs -p) 2>/dev/null || true; rm -f "$file"' EXIT
until [ -s "$file" ]; do kill -0 "$scheduler"; sleep 0.2; done
srun --no-kill --kill-on-bad-exit=0 "$bin/dask" worker --nthreads 1 "${both[@]}" "${offer[@]}" &
workers=$!
"$bin/nnjax" sweep "$study" --address "$file" "$@" &
sweep=$!

code=0
wait -n "$workers" "$sweep" || code=$?
if kill -0 "$sweep" 2>/dev/null; then
    echo "srun has ended (exit code $code), and with it every worker: this job has nothing left to wait for" >&2
    kill "$sweep"
    wait "$sweep" || true
    exit $((code ? code : 1))
fi
scancel --signal=TERM "$SLURM_JOB_ID" || kill "$scheduler" # the workers go home; not meant is this script
wait "$workers" || true
exit "$code"
