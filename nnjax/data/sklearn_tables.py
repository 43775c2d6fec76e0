"""Data sets that come with scikit-learn, in their own units; none needs the network.

Every import of scikit-learn stands inside its function: workers read no data set, and the import takes seconds.
"""

from collections.abc import Iterable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnjax.data.reader import Columns, Reader

DIABETES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")


def read_diabetes() -> Columns:
    """442 patients, 10 measurements, disease progression one year later.

    The default study's set is read from scikit-learn's own files, without the second that its import takes; where this
    version keeps them otherwise, by its own function, with the same bits.
    """
    try:
        features, target = (_numbers(f"diabetes_{part}.csv.gz") for part in ("data_raw", "target"))
    except (OSError, ValueError):
        from sklearn.datasets import load_diabetes

        features, target = load_diabetes(scaled=False, return_X_y=True)
    return Columns(features, target, DIABETES, ("disease progression",))


def _numbers(name: str) -> NDArray[np.float64]:
    """A file of scikit-learn's, as its own `load_gzip_compressed_csv_data` reads it.

    Raises:
        OSError: If it lies elsewhere.
        ValueError: If it holds something else than numbers.
    """
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise FileNotFoundError(name)
    return np.loadtxt(Path(package.origin).parent / "datasets" / "data" / name)


def read_linnerud() -> Columns:
    """20 men, 3 exercises, 3 measurements of the body: several outputs."""
    from sklearn.datasets import load_linnerud

    bunch = load_linnerud()
    features, targets = (tuple(name.lower() for name in names) for names in (bunch.feature_names, bunch.target_names))
    return Columns(bunch.data, bunch.target, features, targets)


def read_classes(name: str, target: str, class_names: tuple[str, ...] = ()) -> Columns:
    """What scikit-learn's `load_{name}` gives, the classes by its own names where none are given."""
    import sklearn.datasets

    bunch = getattr(sklearn.datasets, f"load_{name}")()
    names = class_names or _texts(bunch.target_names)
    return Columns(bunch.data, bunch.target, _texts(bunch.feature_names), (target,), names)


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    """The names that a NumPy array of text or of numbers holds."""
    return tuple(map(str, values))


SKLEARN_READERS = (
    Reader("diabetes", "regression", 10, read_diabetes,
           "442 patients: disease progression after a year from 10 measurements",
           "Efron, Hastie, Johnstone, Tibshirani (2004), Least angle regression; scikit-learn's copy, unscaled"),
    Reader("linnerud", "regression", 3, read_linnerud,
           "20 men: weight, waist and pulse from 3 exercises (3 outputs)",
           "Tenenhaus (1998), La régression PLS; scikit-learn's copy"),
    Reader("iris", "classification", 4, partial(read_classes, "iris", "species"),
           "150 flowers: 3 species from 4 lengths",
           "Fisher (1936), The use of multiple measurements in taxonomic problems; scikit-learn's copy"),
    Reader("wine", "classification", 13,
           partial(read_classes, "wine", "cultivar", ("cultivar 1", "cultivar 2", "cultivar 3")),
           "178 wines: 3 cultivars from 13 chemical measurements",
           "Forina et al., UCI machine learning repository; scikit-learn's copy"),
    Reader("breast_cancer", "classification", 30, partial(read_classes, "breast_cancer", "diagnosis"),
           "569 tumours: malignant (class 0) or benign (class 1) from 30 measurements of cell nuclei",
           "Wolberg, Street, Mangasarian (1995), UCI machine learning repository; scikit-learn's copy"),
    Reader("digits", "classification", 64, partial(read_classes, "digits", "digit"),
           "1797 handwritten digits: 10 classes from 8 × 8 pixels",
           "Alpaydin, Kaynak (1998), UCI machine learning repository, its test rows; scikit-learn's copy"),
)  # fmt: skip
