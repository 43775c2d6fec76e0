"""Read by every Python process that a test starts: a warning that nnjax causes is an error there, too.

What other packages warn of among themselves (MLflow's imports do) is not ours to mend.
"""

import warnings

warnings.filterwarnings("error", module=r"nnjax(\.|$)")
warnings.filterwarnings("error", module=r"__main__$")
