"""Processes that tests start and hurt; whatever is left of them is killed in the end."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

Begin = Callable[..., "subprocess.Popen[bytes]"]


@contextmanager
def killed_in_the_end(logs: Path) -> Iterator[Begin]:
    """Gives what starts a command in a group of its own, its words in a file of the folder."""
    processes: list[subprocess.Popen[bytes]] = []

    def begin(
        command: Sequence[object], variables: Mapping[str, str], folder: Path | None = None
    ) -> "subprocess.Popen[bytes]":
        with (logs / f"log-{len(processes)}").open("w") as log:
            words = [str(word) for word in command]
            processes.append(
                subprocess.Popen(words, env=variables, cwd=folder, stdout=log, stderr=log, start_new_session=True)
            )
        return processes[-1]

    try:
        yield begin
    finally:
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def is_open(address: str) -> bool:
    """Whether somebody listens at HOST:PORT."""
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
        return True
    except OSError:
        return False
