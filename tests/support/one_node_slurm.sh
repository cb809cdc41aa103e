#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Starts a Slurm of this one machine in a folder of its own, submits a job, waits for it and ends Slurm again.
# usage: one_node_slurm.sh FOLDER SBATCH_ARGUMENT...     exit: that of sbatch, 77 when Slurm cannot be started here
set -uo pipefail
folder=$1
shift
export PATH="$PATH:/usr/sbin" SLURM_CONF="$folder/slurm.conf"
for program in slurmctld slurmd sbatch sinfo; do
    command -v "$program" >/dev/null || exit 77
done
name=$(hostname -s)
port=$((20000 + $$ % 20000))
mkdir -p "$folder/state" "$folder/spool"
cat >"$SLURM_CONF" <<CONF
ClusterName=lodestone
SlurmctldHost=$name(127.0.0.1)
AuthType=auth/none
CredType=cred/none
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SlurmctldPort=$port
SlurmdPort=$((port + 1))
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SchedulerParameters=sched_interval=1,batch_sched_delay=0
ReturnToService=2
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=main Nodes=$name Default=YES MaxTime=INFINITE State=UP
CONF
slurmctld -D -c >"$folder/slurmctld.out" 2>&1 &
controller=$!
slurmd -D >"$folder/slurmd.out" 2>&1 &
node=$!
trap 'kill "$node" "$controller" 2>/dev/null; wait "$node" "$controller" 2>/dev/null' EXIT
for _ in $(seq 100); do
    if sinfo -h -o %T 2>/dev/null | grep -q idle; then
        sbatch --wait "$@"
        exit
    fi
    sleep 0.2
done
exit 77
