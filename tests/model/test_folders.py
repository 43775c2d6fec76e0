import json

import pytest
from fakes.served_models import mixed_model

from nnjax.model.folders import find_model, load_fitted
from nnjax.refusal import RefusedError


def test_a_model_is_found_by_its_folder_or_its_name(tmp_path):
    folder = mixed_model(tmp_path / "models" / "mixed")
    assert find_model(str(folder), tmp_path / "elsewhere") == folder
    assert find_model("mixed", tmp_path) == folder
    with pytest.raises(RefusedError, match=r"other: there is no model of that name, .*; there are mixed"):
        find_model("other", tmp_path)
    with pytest.raises(RefusedError, match="`nnjax fit STUDY` makes one"):
        find_model("other", tmp_path / "elsewhere")


def test_a_folder_that_is_not_whole_is_refused_with_the_remedy(tmp_path):
    folder = mixed_model(tmp_path / "mixed")
    document = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(document | {"epochs": 2}))
    with pytest.raises(RefusedError, match=r"model.json .*; move it away and fit it again: `nnjax fit STUDY`"):
        load_fitted(folder)
