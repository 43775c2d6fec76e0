"""Read by every Python process that a test starts: a warning that nnjax causes is an error there, too.

What other packages warn of among themselves (MLflow's imports do) is not ours to mend.
"""

import os
import sys
import warnings

from quick_programs import ASKED_FOR, QuickPrograms

warnings.filterwarnings("error", module=r"nnjax(\.|$)")
warnings.filterwarnings("error", module=r"__main__$")

if ASKED_FOR in os.environ:
    sys.meta_path.insert(0, QuickPrograms())
