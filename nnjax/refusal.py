"""What cannot be done as it was asked for, said to the person in one line."""

from collections.abc import Sequence

from nnjax.redaction import masked


class RefusedError(Exception):
    """What was asked for cannot be done; as text, one line with the remedy, without passwords of addresses.

    Where nobody catches it, the command line prints it and ends with exit code 2.
    """

    others: "Sequence[RefusedError]" = ()
    """What else is in the way."""

    def __str__(self) -> str:
        return masked(super().__str__())

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled by what it holds, not by what it was made of: so it passes from a worker to its head."""
        return _restored, (type(self), self.args, self.__dict__)


class HalvedError(RefusedError):
    """A refusal that keeps problem and remedy, and joins them into its line."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}; {remedy}")
        self.problem, self.remedy = problem, remedy


def _restored(kind: type[RefusedError], args: tuple[object, ...], held: dict[str, object]) -> RefusedError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(held)
    return error
