import re

from nnjax.kernels.activation_codes import ACTIVATION_CODES, RESTING
from nnjax.kernels.library import SOURCE
from nnjax.network.activations import ACTIVATIONS


def test_codes_are_those_of_the_enumeration_in_c():
    text = (SOURCE / "activations.h").read_text()
    members = re.search(r"typedef enum \{(.+?)\} ActivationCode;", text, re.DOTALL)[1]
    names = [name.strip().lower() for name in re.sub(r"/\*.+?\*/", "", members).split(",")]
    assert names == [f"resting = {RESTING}", *ACTIVATION_CODES, "activation_count"]


def test_only_elementwise_activations_have_a_c_form():
    assert {ACTIVATIONS[name].structure for name in ACTIVATION_CODES} == {"elementwise"}
