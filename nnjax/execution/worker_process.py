"""A worker in a process of its own: what runs inside it, and the handle that its head holds.

The standard pools are not used. They import the caller's main module again in every worker (a script without a guard
would start itself over, and jax would be there before the affinity is set), and one dead worker breaks a whole pool.
Here a worker is a fresh `python`, fed through a socket; its standard input is the lifeline: when the head dies, however
suddenly, that reaches its end and the worker leaves.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from typing import Any

from nnjax.execution.executor import ExecutionError, UnfitError

START_ATTEMPTS = 3
_SECONDS_TO_LEAVE = 5

_BOOT = "import sys; sys.path[:] = sys.argv[3:]; from importlib import import_module; import_module(sys.argv[1]).main()"
"""A worker looks for modules where its head does and nowhere else: `python -m` would look in the current folder first,
where a person may have a random.py, and PYTHONPATH cannot name a folder with a colon in its name."""


class WorkerDiedError(Exception):
    """The process ended in the middle of a call; its message says how."""


class TaskError(Exception):
    """The function raised; the message is the worker's traceback."""


class WorkerProcess:
    """The head's handle on one worker; started at the first call, and again at the next one after a death.

    Its cores are set before it imports anything: XLA sizes its thread pool by them.
    """

    def __init__(self, cores: Sequence[int], initializer: Callable[[], None] | None) -> None:
        self._cores = cores
        self._initializer = initializer
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection[Any, Any] | None = None
        self._is_closed = False

    def call(self, function: Callable[[Any], Any], argument: Any) -> Any:
        """Run a function, importable by name from a module other than the main one, in the worker; wait for its result.

        Raises:
            TaskError: The function raised, or something could not be pickled. After an exception the next call starts
                another process: where memory was wanting, jax is left broken, and tasks that are sound fail as well.
            WorkerDiedError: The process died before it answered; the next call starts another.
            ExecutionError: No process could be started, or `close` was called.
        """
        with self._lock:
            if self._connection is None:
                self._start()
            return self._ask((function, argument))

    def close(self) -> None:
        """Kill the worker at once, for good; what it was doing is lost."""
        self._is_closed = True
        process = self._process
        if process is not None and process.stdin is not None:
            process.kill()
            process.wait(_SECONDS_TO_LEAVE)
            process.stdin.close()

    def _start(self) -> None:
        for attempt in range(1, START_ATTEMPTS + 1):
            self._connection = self._spawn()
            try:
                if self._is_closed:
                    raise TaskError("the executor was closed")
                self._ask((_initialize, self._initializer))
                return
            except TaskError as problem:
                self.close()
                raise ExecutionError(f"a worker failed to start:\n{problem}") from None
            except WorkerDiedError as problem:
                if attempt == START_ATTEMPTS:
                    raise ExecutionError(f"{attempt} workers died while starting: {problem}") from None

    def _spawn(self) -> "Connection[Any, Any]":
        ours, theirs = Pipe()
        folders = [path or os.getcwd() for path in sys.path]
        # -P: nothing of the current folder before the path is set.
        command = [sys.executable, "-P", "-c", _BOOT, __name__, str(theirs.fileno()), *folders]
        with _restricted_to(self._cores):
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )
        # The worker has its own copy; with ours open, its death would never end a read.
        theirs.close()
        return ours

    def _ask(self, message: tuple[Callable[[Any], Any], Any]) -> Any:
        assert self._connection is not None
        assert self._process is not None
        try:
            content = pickle.dumps(message)
        except Exception as problem:
            raise TaskError(f"cannot be sent to a worker: {problem}") from problem
        try:
            self._connection.send_bytes(content)
            is_result, value = pickle.loads(self._connection.recv_bytes())
        except (EOFError, OSError):
            raise WorkerDiedError(self._bury()) from None
        # A process that raised may be broken (see `call`): the next call gets a new one.
        if not is_result:
            self._process.kill()
            self._bury()
            raise TaskError(value)
        return value

    def _bury(self) -> str:
        """Clear away a dead worker and say how it ended."""
        assert self._connection is not None
        assert self._process is not None
        assert self._process.stdin is not None
        self._connection.close()
        self._connection = None
        self._process.stdin.close()
        try:
            code = self._process.wait(_SECONDS_TO_LEAVE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


@contextmanager
def _restricted_to(cores: Sequence[int]) -> Iterator[None]:
    """Restrict the calling thread, and with it the processes that it starts, to some cores for a while."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _initialize(initializer: Callable[[], None] | None) -> None:
    if initializer is not None:
        initializer()


def answer_calls(connection: "Connection[Any, Any]") -> None:
    """Answer calls until the other end closes; a failed call is answered by its traceback."""
    while True:
        try:
            connection.send_bytes(_answer(connection.recv_bytes()))
        except (EOFError, OSError):
            return


def _answer(content: bytes) -> bytes:
    try:
        function, argument = pickle.loads(content)
        return pickle.dumps((True, function(argument)), protocol=pickle.HIGHEST_PROTOCOL)
    except UnfitError as problem:
        return pickle.dumps((False, str(problem)))
    except Exception:
        return pickle.dumps((False, traceback.format_exc()))


def _leave_with_the_head() -> None:
    """Wait for the end of standard input, which only the head's end brings about."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


def main() -> None:
    """Entry of the worker's process; an interrupt at the terminal is the head's business."""
    # Ctrl-C reaches the whole group; the head stops its workers when it has written down what it has.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_the_head, daemon=True).start()
    answer_calls(Connection(int(sys.argv[2])))
