"""Tables of the quiz."""

from nnjax.quiz.tables import gates_table, scores_table, solved_table, summary_table


def test_every_gate_and_every_activation_has_its_row(gates, networks, diabetes):
    assert set(gates_table(gates)["gate"]) == {answer.gate.name for answer in gates}
    shares = solved_table(networks)
    assert shares["activation"].tolist() == ["gelu", "relu", "binary_step", "identity"], "most solved first"
    assert len(scores_table(diabetes)) >= 2 and len(summary_table(diabetes)) >= 1
