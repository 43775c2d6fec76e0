"""A Slurm of two nodes on this machine: its real daemons on loopback, and an end for all that they start."""

import getpass
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from fakes.drill import environment, wait_for
from fakes.processes import Begin, killed_in_the_end

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scancel", "sinfo")
NODES = ("left", "right")
CONFIGURATION = """
ClusterName=drill
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser={user}
SlurmdUser={user}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
MpiDefault=none
SlurmdTimeout=10
KillWait=5
NodeName=left NodeHostname={host} NodeAddr=127.0.0.1 Port={left} CPUs=1 RealMemory=4096
NodeName=right NodeHostname={host} NodeAddr=127.0.0.1 Port={right} CPUs=1 RealMemory=4096
PartitionName=drill Nodes=left,right Default=YES State=UP
"""


class Slurm:
    """Two nodes with a processor each, as they claim."""

    def __init__(self, folder: Path, begin: Begin) -> None:
        """Start the daemons, and wait for both nodes."""
        self._folder, file = folder, folder / "slurm.conf"
        self._variables = environment(SLURM_CONF=str(file), DASK_INTERFACE="lo")
        controller, left, right = free_ports(3)
        host, user = socket.gethostname().partition(".")[0], getpass.getuser()
        file.write_text(
            CONFIGURATION.format(folder=folder, host=host, user=user, controller=controller, left=left, right=right)
        )
        (folder / "state").mkdir()
        (folder / "munge.key").write_bytes(bytes(range(128)))
        (folder / "munge.key").chmod(0o600)
        places = {"socket": "socket", "key-file": "key", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
        files = [f"--{option}={folder}/munge.{name}" for option, name in places.items()]
        begin(["munged", "--foreground", "--force", *files], self._variables)
        wait_for((folder / "munge.socket").exists)
        begin(["slurmctld", "-D"], self._variables)
        for node in NODES:
            (folder / node).mkdir()
            begin(["slurmd", "-D", "-N", node], self._variables, folder / node)
        wait_for(lambda: self._ask("sinfo", "--noheader", "--format=%D %t").split() == ["2", "idle"])

    def submit(self, folder: Path, *words: object) -> "subprocess.Popen[str]":
        """`sbatch WORDS`, typed in a folder; ends with the job, and with its exit code."""
        return subprocess.Popen(
            ["sbatch", "--wait", "--quiet", *map(str, words)],
            cwd=folder, env=self._variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def cancel(self, job: str) -> None:
        """`scancel`, by name."""
        self._ask("scancel", "--name", job)

    def lose(self, node: str) -> None:
        """A node's power fails: its daemon and all that it has started."""
        self._kill([node])

    def end(self) -> None:
        """Everything on the nodes ends: daemons, jobs, what these started."""
        while self._kill(NODES):
            pass

    def _kill(self, nodes: Sequence[str]) -> int:
        """Kill what works in a node's folder, or has its name from Slurm; slurmstepd writes over its environment."""
        folders = {str(self._folder / node) for node in nodes}
        doomed = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                variables = process.environ()
                is_ours = variables.get("SLURM_CONF") == self._variables["SLURM_CONF"]
                if process.cwd() in folders or (is_ours and variables.get("SLURMD_NODENAME") in nodes):
                    doomed.append(process)
        for process in doomed:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(doomed, timeout=5)
        return len(doomed)

    def _ask(self, *words: str) -> str:
        return subprocess.run(words, env=self._variables, capture_output=True, text=True, check=False).stdout


@contextmanager
def slurm_on_this_machine(folder: Path, logs: Path) -> Iterator[Slurm]:
    """A Slurm in an empty folder of a short name (its sockets lie there); nothing of it is left in the end."""
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        pytest.skip(f"{', '.join(missing)}: not installed (Debian: slurm-wlm and munge)")
    with ExitStack() as stack:
        slurm = Slurm(folder, stack.enter_context(killed_in_the_end(logs)))
        stack.callback(slurm.end)
        yield slurm


def free_ports(count: int) -> Sequence[int]:
    """Ports of loopback where nobody listens."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]
