"""What a served model promises, against what MLflow's scoring makes of rows on their way to it."""

import json

import mlflow
import numpy as np
import pandas as pd
import pytest
from fakes.model_folders import described, document_of, number_columns, plain_preparation, random_arrays, write_folder
from fakes.served_models import COLUMNS, mixed_model, mixed_rows
from mlflow.exceptions import MlflowException

from nnjax.model.standalone import Model, _PythonModel
from nnjax.tracking.served import mlflow_files, output_columns, signature_of

pytestmark = pytest.mark.filterwarnings("ignore:.*hint is inferred as AnyType:UserWarning")


class Scored:
    """A model as the server asks it, without a server."""

    def __init__(self, folder):
        from mlflow.models import Model as MlflowModel
        from mlflow.pyfunc import PyFuncModel  # here: its import warns of MLflow's own types

        self.own = Model.load(folder)
        described = MlflowModel(
            signature=signature_of(self.own.document), flavors={"python_function": {"loader_module": "x"}}
        )
        self.loaded = PyFuncModel(described, _PythonModel(self.own))

    def __call__(self, body, content_type="application/json"):
        from mlflow.pyfunc.scoring_server import invocations

        text = body if isinstance(body, str) else json.dumps(body, default=lambda moment: moment.isoformat())
        answer = invocations(text, content_type, self.loaded, self.loaded.metadata.get_input_schema())

        def refuse(constant):
            raise AssertionError(constant)

        return json.loads(answer.response, parse_constant=refuse)["predictions"]


@pytest.fixture(scope="module")
def regression(tmp_path_factory):
    return Scored(mixed_model(tmp_path_factory.mktemp("served") / "regression"))


@pytest.fixture(scope="module")
def classification(tmp_path_factory):
    return Scored(mixed_model(tmp_path_factory.mktemp("served") / "classes", ("a", "b", "c")))


def in_each_form(columns):
    """The same rows in every form that the server takes."""
    records = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    yield {"dataframe_split": {"columns": list(columns), "data": [list(each.values()) for each in records]}}
    yield {"dataframe_records": records}
    yield {"inputs": columns}
    yield {"inputs": records}
    yield {"instances": records}


@pytest.mark.parametrize("rows", [1, 200])
@pytest.mark.parametrize("task", ["regression", "classification"])
def test_the_answer_is_the_model_s_own_in_every_form(rows, task, request):
    scored, columns = request.getfixturevalue(task), mixed_rows(rows)
    expected = scored.own.predict(columns)
    for body in in_each_form(columns):
        answer = scored(body)
        assert [*answer[0]] == [name for name, _ in output_columns(scored.own.document)] == [*expected]
        for name, values in expected.items():
            assert [row[name] for row in answer] == values.tolist()


def test_no_kind_of_gap_becomes_a_word_or_a_false_on_its_way(regression):
    """MLflow's own types would make the word "None" of a null among `inputs`, and false of one among true and false."""
    gone = {name: [None] for name in mixed_rows(1)}
    for body in in_each_form(gone):
        assert regression(body) == [{name: each[0] for name, each in regression.own.predict(gone).items()}]


def test_a_served_level_is_a_parameter(regression):
    rows = mixed_rows(3)
    answer = regression({"inputs": rows, "params": {"level": 0.5}})
    assert [row["lower"] for row in answer] == regression.own.predict(rows, "0.5")["lower"].tolist()


REFUSED = [
    ({"size": ["large"]}, "size|'large'"),
    ({"count": ["007x"]}, "count|'007x'"),
    ({"sure": ["yes"]}, "column 'sure', row 1: 'yes' is neither true nor false"),
    ({"sure": [2]}, "neither true nor false"),
    ({"sold": [5]}, "column 'sold'"),
    ({"sold": ["1.5.2020"]}, "column 'sold', row 1: '1.5.2020' is no date"),
    ({"colour": [1]}, "column 'colour', holds numbers"),
    ({"size": [1e200]}, "column 'size', row 1: 1e\\+200 is beyond"),
]


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_a_bad_row_is_refused_in_a_line_that_names_it(change, said, regression):
    for body in in_each_form(mixed_rows(1, has_gaps=False) | change):
        with pytest.raises(MlflowException, match=said) as error:
            regression(body)
        assert error.value.get_http_status_code() == 400


def test_what_the_model_says_itself_is_one_line(regression, tmp_path):
    strict = Scored(mixed_model(tmp_path / "strict", is_strict=True))
    rows = mixed_rows(1, has_gaps=False)
    for scored, change in ((strict, {"colour": ["pink"]}), (strict, {"sold": [None]}), (regression, {"sure": ["?"]})):
        with pytest.raises(MlflowException) as error:
            scored({"dataframe_records": [{name: cells[0] for name, cells in (rows | change).items()}]})
        assert error.value.message.isprintable() and error.value.message.startswith("column ")


def test_a_missing_or_renamed_column_is_refused(regression):
    rows = mixed_rows(2, has_gaps=False)
    rows["Size"] = rows.pop("size")
    for body in in_each_form(rows):
        with pytest.raises(MlflowException, match="size") as error:
            regression(body)
        assert error.value.get_http_status_code() == 400


def test_outputs_are_named_as_the_model_names_them(tmp_path):
    two = document_of(targets=["a", "b"], intervals={"level": "0.8"})
    names = [f"{part}_{target}" for target in "ab" for part in ("prediction", "lower", "upper")]
    assert [name for name, _ in output_columns(two)] == names
    without = Model.load(mixed_model(tmp_path / "m", ("no", "yes"), folds=0))
    assert [name for name, _ in output_columns(without.document)] == [*without.predict(mixed_rows(2))]


def test_every_column_must_be_there_and_numbers_are_doubles():
    signature = signature_of(document_of(columns=COLUMNS))
    assert [(each.name, str(each.type), each.required) for each in signature.inputs] == [
        (each["name"], "DataType.double" if each["kind"] == "numbers" else "Any", True) for each in COLUMNS
    ]
    assert signature.params is None


def test_no_infinity_leaves_as_json(tmp_path):
    def steep(document):
        document["network"]["output"] = "exponential"
        for each in document["preparations"]:
            each["y_scale"] = [1e300]

    scored = Scored(mixed_model(tmp_path / "steep", change=steep))
    extreme = mixed_rows(3) | {"size": [-1e150, 1e150, 1e-300], "count": [1e150, 0.0, 1e149]}
    assert max(row["upper"] for row in scored({"inputs": extreme})) > 1e100


def test_a_folder_is_loaded_as_it_lies_there(tmp_path):
    network = described([2, 3, 1])
    document = document_of(
        network=network,
        columns=number_columns(2),
        preparations=[plain_preparation(2)],
        ensemble=[{"key": "ensemble_0", "seed": 1}],
    )
    folder = write_folder(tmp_path / "model", document, random_arrays("ensemble_0", network, np.random.default_rng(0)))
    files = mlflow_files(document)
    assert files == mlflow_files(document)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    names = [column["name"] for column in document["columns"]]
    rows = pd.DataFrame(np.random.default_rng(1).normal(size=(5, 2)), columns=names)
    loaded = mlflow.pyfunc.load_model(str(folder))
    here = Model.load(folder).predict(rows)
    told = loaded.predict(rows)
    assert list(told) == list(here) == [each.name for each in loaded.metadata.get_output_schema()]
    for name, values in here.items():
        np.testing.assert_array_equal(told[name], values)
