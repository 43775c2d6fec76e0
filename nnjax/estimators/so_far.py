"""How far the training of many networks has come, and how that is said."""

from dataclasses import dataclass


@dataclass
class SoFar:
    """What is done of a number of trainings.

    Attributes:
        of: Trainings.
        done: Those that have ended.
        epochs: Epochs of all of them, those under way included.
        compiling: Programs that are made at the moment.

    >>> str(SoFar(10, compiling=1)), str(SoFar(10, done=3, epochs=1200))
    ('0 of 10 done, compiling', '3 of 10 done, 1,200 epochs so far')
    """

    of: int
    done: int = 0
    epochs: int = 0
    compiling: int = 0

    def __str__(self) -> str:
        parts = [f"{self.done} of {self.of} done"]
        parts += [f"{self.epochs:,} epochs so far"] if self.epochs else []
        return ", ".join(parts + ["compiling"] * bool(self.compiling))
