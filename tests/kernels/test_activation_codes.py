import re

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.kernels.library import SOURCE
from nnjax.network.activations import ACTIVATIONS


def test_codes_are_those_of_the_enumeration_in_c():
    text = (SOURCE / "activations.h").read_text()
    members = re.search(r"typedef enum \{(.+?)\} ActivationCode;", text, re.DOTALL)[1]
    names = [name.strip().lower() for name in members.split(",")]
    assert names == [*ACTIVATION_CODES, "activation_count"]


def test_every_elementwise_activation_has_a_c_form():
    elementwise = {name for name, member in ACTIVATIONS.items() if member.structure == "elementwise"}
    assert set(ACTIVATION_CODES) == elementwise
