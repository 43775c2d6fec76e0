"""The stand-ins of `tests/fakes`, importable here and in the processes of workers."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
