"""The graph against the engine and against float64, through ONNX Runtime: every activation, structure and output."""

import json
from dataclasses import replace
from itertools import combinations_with_replacement

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
import pytest
from fakes.mixed import mixed_table
from fakes.model_folders import described, random_arrays
from fakes.model_folders import document_of as folder_document
from fakes.strict.quick_programs import LITTLE

from nnjax.data.fitted import fit_preparation
from nnjax.data.preparation import Preparation
from nnjax.data.prepared import prepare
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.model.onnx_file import IR_VERSION, OPSET, make_onnx
from nnjax.model.onnx_nodes import ACTIVATION_NODES, OUTPUT_NODES, OnnxNodes
from nnjax.model.onnx_target import in_own_unit
from nnjax.model.standalone import Model as NumpyModel
from nnjax.model.weights_file import network_tensors
from nnjax.network.activations import ACTIVATIONS, ActivationParameters
from nnjax.network.architecture import NORMALIZATIONS, branch_indices, branches_for, structures_for
from nnjax.network.mlp import init
from nnjax.network.normalization import Moments
from nnjax.network.outputs import OUTPUTS
from nnjax.training.bucket import Bucket
from nnjax.training.model import Model

LARGEST_DIFFERENCE = 1e-5
"""In standard deviations of the target; of probabilities."""

WAYS = [
    Preparation(*levels)
    for levels in [
        ("median", "one_hot", 0.0, "elapsed", "log"),
        ("most_frequent", "target", 0.1, "parts", "quantile"),
        ("mean", "ordinal", 0.0, "elapsed", "as_is"),
        ("own_level", "one_hot", 0.1, "parts", "as_is"),
    ]
]
NUMBERS = ActivationParameters(0.1, 1.3)
MEMBERS = 3


def bucket_of(activations, sizes, output="identity", sharing="unit", **others):
    task = "classification" if OUTPUTS[output].is_probability else "regression"
    shape = {"structures": structures_for(activations, sharing), "branches": branches_for(activations), "task": task}
    arguments = {"batch_size": 8, "n_train": 9, "n_validation": 9, "n_test": 9, "epochs": 1, "optimizer": "adam"}
    loss = "half_mean_squared_error"
    return Bucket(sizes[0], sizes[1:-1], sizes[-1], loss=loss, output=output, **shape, **arguments, **others)


def drawn(rng, bucket):
    """Parameters and moments like those of a trained network: no number stands where it began."""
    parameters = init(rng, bucket.architecture, "lecun", negative_slope=0.2)
    parameters = jax.tree.map(lambda a: np.float32(a + 0.2 * rng.standard_normal(a.shape)), parameters)
    if bucket.normalization != "batch":
        return parameters, ()
    shapes = [layer.bias.shape for layer in parameters[:-1]]
    moments = (Moments(rng.standard_normal(shape), 0.5 + rng.random(shape)) for shape in shapes)
    return parameters, tuple(jax.tree.map(np.float32, each) for each in moments)


def plain_preparation(width, outputs, **others):
    """Columns of numbers as they are, on scales far from 1."""
    rule = {"kind": "numbers", "fill": None, "indicator": False, "curve": None}
    y = {"y_mean": [1e6] * outputs, "y_scale": [0.5] * outputs, "target_curve": None}
    x_mean, x_scale = [1.7e9 + place for place in range(width)], [10.0**place for place in range(width)]
    names = [f"x{place}" for place in range(width)]
    x = {"columns": [rule] * width, "names": names, "polynomial_degree": 1, "x_mean": x_mean, "x_scale": x_scale}
    return x | y | others


def document_of(bucket, activations, preparation, **others):
    architecture = bucket.architecture
    network = {
        "layer_sizes": list(architecture.layer_sizes),
        "structures": list(architecture.structures),
        "activations": list(activations),
        "maxout_pieces": architecture.maxout_pieces,
        "normalization": architecture.normalization,
        "residual": architecture.residual,
        "output": bucket.output,
        **NUMBERS._asdict(),
    }
    names = [f"t{place}" for place in range(bucket.n_outputs)]
    kinds = {"task": bucket.task, "targets": names, "classes": [], "threshold": None}
    columns = [{"name": name, "kind": "numbers", "words": []} for name in preparation["names"]]
    members = [{"key": f"ensemble_{place}", "seed": place} for place in range(MEMBERS)]
    about = {"study": "s", "model_id": "id", "nnjax": "0", "columns": columns, "preparations": [preparation]}
    return {**about, "network": network, "ensemble": members, **kinds, **others}


def run(content, x):
    """What ONNX Runtime makes of a file that the checker has nothing against."""
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return dict(zip([each.name for each in session.get_outputs()], session.run(None, {"features": x}), strict=True))


def in_both(bucket, activations, rows=257, seed=0, **others):
    """Outputs of ONNX Runtime, and each member's predictions by the engine [members, N, O], on the same rows."""
    rng = np.random.default_rng(seed)
    preparation = others.pop("preparation", None) or plain_preparation(bucket.n_features, bucket.n_outputs)
    scaled = rng.standard_normal((rows, bucket.n_features))
    x = scaled * preparation["x_scale"] + preparation["x_mean"]
    index = jnp.asarray(branch_indices(activations, bucket.branches), jnp.int32)
    predict, tensors, predicted = jax.jit(Model(bucket, index, NUMBERS).predict, compiler_options=LITTLE), {}, []
    for member in range(MEMBERS):
        parameters, moments = drawn(rng, bucket)
        tensors |= network_tensors(f"ensemble_{member}", parameters, moments)
        predicted.append(np.float64(predict(parameters, moments, jnp.float32(scaled))))
    content = make_onnx(document_of(bucket, activations, preparation, **others), tensors)
    return run(content, x), np.array(predicted), (content, x, preparation)


def assert_close(made, expected, unit=1.0):
    assert made.shape == expected.shape and made.dtype == np.float64
    assert np.abs(made - expected).max() <= LARGEST_DIFFERENCE * unit
    assert expected.std(axis=0).min() > 0


def test_every_activation_and_output_has_its_nodes():
    elementwise = {name for name, each in ACTIVATIONS.items() if each.structure == "elementwise"}
    assert set(ACTIVATION_NODES) == elementwise and set(OUTPUT_NODES) == set(OUTPUTS)


def check_against_engine(activations, sizes=(4, 6, 6, 6, 2), **others):
    bucket = bucket_of(activations, sizes, **others)
    made, predicted, (_, _, preparation) = in_both(bucket, activations)
    unit = preparation["y_scale"][0]
    assert_close(made["prediction"], predicted.mean(axis=0) * unit + preparation["y_mean"][0], unit)


@pytest.mark.parametrize(
    ("name", "normalization"), [(name, NORMALIZATIONS[place % 3]) for place, name in enumerate(ACTIVATIONS)]
)
def test_every_activation_predicts_as_the_engine_does(name, normalization):
    check_against_engine((name,) * 3, normalization=normalization, residual=1)


@pytest.mark.slow
@pytest.mark.parametrize("residual", [0, 1, 2])
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_in_every_structure_predicts_as_the_engine_does(name, normalization, residual):
    check_against_engine((name,) * 3, normalization=normalization, residual=residual)


@pytest.mark.parametrize("structure", ["elementwise", "prelu_layer", "prelu_unit", "maxout"])
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("name", ACTIVATION_NODES)
def test_the_file_of_numpy_and_the_graph_predict_alike(name, normalization, structure):
    rng, structures = np.random.default_rng(7), [structure, "elementwise", structure]
    network = described([4, 6, 6, 6, 2], name, normalization=normalization, structures=structures, residual=1)
    members = [{"key": f"ensemble_{place}", "seed": place} for place in range(MEMBERS)]
    arrays = {key: array for each in members for key, array in random_arrays(each["key"], network, rng).items()}
    preparation = plain_preparation(4, 2)
    columns = [{"name": each, "kind": "numbers", "words": []} for each in preparation["names"]]
    kept = {"columns": columns, "network": network, "preparations": [preparation], "ensemble": members}
    document = folder_document(**kept, targets=["a", "b"])
    x = rng.standard_normal((257, 4)) * preparation["x_scale"] + preparation["x_mean"]
    expected = NumpyModel(document, arrays).ensemble(x)
    assert_close(run(make_onnx(document, arrays), x)["prediction"], expected, 0.5)


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("scale", ["as_is", "log", "quantile"])
def test_the_graph_takes_the_columns_that_the_engine_prepares(way, scale, tmp_path):
    table = replace(mixed_table(tmp_path), polynomial_degree=2 if way.word_columns == "ordinal" else 1)
    table = replace(table, target=np.exp(table.target))
    split = make_splits(120, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 0))[0]
    preparation = fit_preparation(table, split, "identity", way, (), scale).document
    columns = [{"name": each.name, "kind": each.kind, "words": list(each.words)} for each in table.columns]
    network = described([len(preparation["x_mean"]), 8, 1], "tanh")
    document = folder_document(columns=columns, network=network, preparations=[preparation])
    model = NumpyModel(document, random_arrays("ensemble_0", network, np.random.default_rng(0)))
    raw = np.column_stack([each.values for each in table.columns])
    unmultiplied = prepare(replace(table, polynomial_degree=1), way, split)
    assert preparation["names"] == list(unmultiplied.feature_names)
    content = make_onnx(document, random_arrays("ensemble_0", network, np.random.default_rng(0)))
    made = run(content, model.features(raw))["prediction"]
    assert_close(made, model.ensemble(raw), table.target.std())


@pytest.mark.parametrize(
    ("activations", "others"),
    [
        (("maxout", "prelu", "maxout"), {"maxout_pieces": 3, "normalization": "layer", "sharing": "layer"}),
        (("prelu", "maxout", "relu"), {"maxout_pieces": 3, "normalization": "batch", "residual": 2}),
        ((), {}),
    ],
    ids=["layer", "batch", "no hidden layer"],
)
def test_layers_of_several_kinds_predict_as_the_engine_does(activations, others):
    check_against_engine(activations, (4, *[5] * len(activations), 2), **others)


@pytest.mark.parametrize("output", [name for name, each in OUTPUTS.items() if not each.is_probability])
def test_every_output_of_a_regression_comes_in_the_targets_own_unit(output):
    check_against_engine(("tanh",), (3, 6, 2), output=output)


PLACES = np.linspace(-6, 6, 601)


def target_curve(level, rng):
    """scikit-learn's transformer of two targets, and its declaration."""
    from nnjax.data.long_tails import tail_transformer

    target = np.exp(rng.standard_normal((300, 2)) * [1.0, 2.0])
    transformer = tail_transformer(level, 300).fit(target)
    if level == "log":
        return transformer, {"log": True}, target
    quantiles, references = transformer.quantiles_.T.tolist(), transformer.references_.tolist()
    return transformer, {"quantiles": quantiles, "references": references}, target


@pytest.mark.parametrize("level", ["log", "quantile"])
def test_a_target_on_a_curve_comes_back_as_scikit_learn_turns_it(level):
    transformer, curve, target = target_curve(level, np.random.default_rng(3))
    preparation = plain_preparation(3, 2, y_mean=[0.1, 0.2], y_scale=[0.9, 1.5], target_curve=curve)
    made, predicted, _ = in_both(bucket_of(("tanh",), (3, 6, 2)), ("tanh",), rows=1000, preparation=preparation)
    back = [transformer.inverse_transform(each * [0.9, 1.5] + [0.1, 0.2]) for each in predicted]
    spread = target.std(axis=0)
    assert_close(made["prediction"] / spread, np.mean(back, axis=0) / spread)


@pytest.mark.parametrize("level", ["log", "quantile"])
def test_the_curve_itself_is_scikit_learns_to_twelve_digits(level):
    transformer, curve, _ = target_curve(level, np.random.default_rng(3))
    scales = [-1.0, 1e-7] if level == "log" else [1.0, -1.0]
    values = PLACES[:, None] * scales
    nodes, rule = OnnxNodes(), {"y_scale": [1.0, 1.0], "y_mean": [0.0, 0.0], "target_curve": curve}
    nodes(
        "Identity", in_own_unit(nodes, nodes("Unsqueeze", "features", nodes.constant(np.array([0]))), rule), called="y"
    )
    known = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, shape)
             for name, shape in (("features", ["N", 2]), ("y", [1, "N", 2]))]  # fmt: skip
    graph = onnx.helper.make_graph(nodes.nodes, "curve", known[:1], known[1:], nodes.constants)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    made, expected = run(model.SerializeToString(), values)["y"][0], transformer.inverse_transform(values)
    assert made.shape == expected.shape
    np.testing.assert_allclose(made, expected, rtol=1e-10 if level == "log" else 1e-12)


@pytest.mark.parametrize(
    ("output", "outputs", "count"), [("logistic", 1, 2), ("softmax", 2, 2), ("softmax", 3, 3), ("logistic", 3, 3)]
)
def test_classes_have_the_mean_of_the_networks_probabilities(output, outputs, count):
    classes = ["a", "b", "c"][:count]
    bucket = bucket_of(("relu",), (4, 6, outputs), output=output)
    made, predicted, _ = in_both(bucket, ("relu",), classes=classes)
    mean = predicted.mean(axis=0)
    shares = predicted / predicted.sum(axis=2, keepdims=True)
    expected = np.column_stack([1 - mean, mean]) if outputs == 1 else shares.mean(axis=0)
    assert_close(made["probabilities"], expected)
    assert made["class"].shape == (257,) and made["class"].dtype == np.int64
    np.testing.assert_array_equal(made["class"], made["probabilities"].argmax(axis=1))
    assert len(set(made["class"].tolist())) == count


def test_the_second_of_two_classes_is_predicted_from_its_threshold_on():
    bucket = bucket_of(("relu",), (4, 6, 1), output="logistic")
    made, _, (content, _, _) = in_both(bucket, ("relu",), classes=["a", "b"], threshold=0.3)
    np.testing.assert_array_equal(made["class"], made["probabilities"][:, 1] >= 0.3)
    assert 0 < made["class"].sum() != (made["probabilities"][:, 1] >= 0.5).sum()
    assert metadata_of(content)["threshold"] == "0.3"


def test_products_of_columns_are_formed_in_the_graph():
    from nnjax.data.polynomial import form_polynomial

    rng = np.random.default_rng(5)
    x = rng.standard_normal((257, 2)) * [3.0, 0.1] + [10.0, 0.0]
    formed, _ = form_polynomial(x, ("a", "b"), 3)
    products = [list(each) for size in (1, 2, 3) for each in combinations_with_replacement(range(2), size)]
    scale = {"x_mean": formed.mean(axis=0).tolist(), "x_scale": formed.std(axis=0).tolist()}
    preparation = plain_preparation(2, 2) | scale | {"polynomial_degree": 3, "products": products}
    bucket = bucket_of(("tanh",), (9, 6, 2))
    parameters, _ = drawn(rng, bucket)
    tensors = {
        name: array
        for place in range(MEMBERS)
        for name, array in network_tensors(f"ensemble_{place}", parameters, ()).items()
    }
    made = run(make_onnx(document_of(bucket, ("tanh",), preparation), tensors), x)["prediction"]
    model = Model(bucket, jnp.zeros(1, jnp.int32), NUMBERS)
    expected = model.predict(parameters, (), jnp.float32((formed - scale["x_mean"]) / scale["x_scale"]))
    assert_close(made, np.float64(expected) * 0.5 + 1e6, 0.5)


def test_a_row_is_predicted_alone_as_in_company():
    made, _, (content, x, _) = in_both(bucket_of(("tanh", "gelu"), (4, 64, 64, 2)), ("tanh", "gelu"))
    alone = np.concatenate([run(content, x[[row]])["prediction"] for row in range(5)])
    assert_close(alone, made["prediction"][:5], 0.5)


def metadata_of(content):
    return {each.key: each.value for each in onnx.load_from_string(content).metadata_props}


def test_the_file_says_what_it_takes_gives_and_leaves_out():
    _, _, (content, _, _) = in_both(bucket_of(("relu",), (4, 6, 2)), ("relu",))
    model = onnx.load_from_string(content)
    assert json.loads(metadata_of(content)["inputs"]) == ["x0", "x1", "x2", "x3"]
    assert [(each.version, model.ir_version) for each in model.opset_import] == [(OPSET, IR_VERSION)]
    for word in (
        "`features` [N, D], float64",
        "`prediction` [N, 2]",
        "words",
        "dates",
        "gaps",
        "intervals",
        "own unit",
    ):
        assert word in model.doc_string
    assert model.graph.doc_string == model.doc_string


def test_the_same_networks_are_the_same_bytes():
    contents = {in_both(bucket_of(("relu",), (4, 6, 2)), ("relu",), rows=1)[2][0] for _ in range(2)}
    assert len(contents) == 1


def test_classes_of_which_none_has_a_share_are_alike():
    bucket, rng = bucket_of(("relu",), (2, 3, 3), output="logistic"), np.random.default_rng(0)
    parameters, _ = drawn(rng, bucket)
    nothing = (*parameters[:-1], parameters[-1]._replace(bias=np.float32([-1e4, -1e4, 0])))
    never = (*parameters[:-1], parameters[-1]._replace(bias=np.full(3, -1e4, np.float32)))
    members = [network_tensors(f"ensemble_{place}", each, ()) for place, each in enumerate((never, nothing, nothing))]
    tensors = {name: array for each in members for name, array in each.items()}
    document = document_of(bucket, ("relu",), plain_preparation(2, 3), classes=["a", "b", "c"])
    probabilities = run(make_onnx(document, tensors), np.array([[1.7e9, 1.7e9]]))["probabilities"]
    np.testing.assert_allclose(probabilities, [[1 / 9, 1 / 9, 7 / 9]])
