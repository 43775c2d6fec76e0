import pytest

from nnjax.quiz.console import WIDTH, show_diabetes, show_gates, show_networks


def line(text, start):
    return next(each.split() for each in text.splitlines() if each.strip().startswith(start))


def test_a_line_a_gate_with_weights_threshold_updates_and_bound(gates):
    text = show_gates(gates)
    answer = next(answer for answer in gates if answer.gate.name == "AND")
    w0, w1, w2 = (f"{weight:g}" for weight in answer.run.weights)
    assert line(text, "AND")[1:4] == [f"({w1},", f"{w2}),", w0.removeprefix("-")]
    assert f"{answer.bound:.0f}" in line(text, "AND") and str(answer.run.updates) in line(text, "AND")
    assert line(text, "XOR ")[-1] == "never"
    assert gates[-1].separation.sentence.split()[-1] in text


def test_a_line_an_activation_most_solved_first(networks):
    text = show_networks(networks, epochs=40)
    names = [each.split()[0] for each in text.splitlines() if " of 8" in each and each.startswith("   ")][:4]
    assert names == ["gelu", "relu", "binary_step", "identity"]
    for answer in networks:
        assert f"{answer.is_solved.sum()} of 8" in " ".join(line(text, answer.activation))
    assert "after 40 epochs" in text and "epochs, is 0" in " ".join(text.split())


def test_the_one_number_stands_beside_the_many(diabetes):
    text = " ".join(show_diabetes(diabetes).split())
    interval = diabetes.interval
    row = f"network, 4 splits 4 {interval.estimate:.3f} {interval.standard_deviation:.3f} 0.330 0.520"
    assert row in text and f"{interval.low:.3f} … {interval.high:.3f}" in text
    assert "R² = 0.371 (ridge 0.366)" in text
    assert "above 1 of 4 others" in text
    assert "1 of 4 splits won" in text


@pytest.mark.parametrize("number", range(3))
def test_nothing_is_wider_than_the_console(gates, networks, diabetes, number):
    text = [show_gates(gates), show_networks(networks, 500), show_diabetes(diabetes)][number]
    assert max(map(len, text.splitlines())) <= WIDTH
