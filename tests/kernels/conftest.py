import pytest
from fakes import plain_calls

from nnjax.kernels.compiler import find_compiler
from nnjax.kernels.names import KernelsError


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """The C handlers, built for this session."""
    try:
        find_compiler()
    except KernelsError as error:
        pytest.skip(str(error))
    plain_calls.build(tmp_path_factory.mktemp("plain"))
    return plain_calls
