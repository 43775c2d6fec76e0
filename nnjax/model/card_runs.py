"""What a model card says of a cell's runs and its choice: how many finished, and whether there was one to make."""

from nnjax.model.blocks import Document, how_many


def is_chosen(document: Document) -> bool:
    """Whether rows of the table had a say in which cell it is: neither named, nor the only one."""
    choice = document["choice"]
    return bool(choice["rule"] != "id" and choice["candidates"] > 1)


def diverged_runs(document: Document) -> int:
    """Runs of the cell that did not finish."""
    retrained = document["retrained"]
    return int(retrained.get("planned", retrained["runs"]) - retrained["runs"])


def finished_words(document: Document) -> str:
    """How many of the cell's runs finished."""
    retrained, lost = document["retrained"], diverged_runs(document)
    if not lost:
        return f"all {how_many(retrained['runs'], 'run')} finished"
    return f"{retrained['runs']:,} of {how_many(retrained['planned'], 'run')} finished; {lost:,} diverged"


def quantile_words(document: Document) -> str:
    """The quantile that is predicted instead of the mean; empty where it is the mean.

    >>> quantile_words({"cell": {"configuration": {"loss": "quantile", "loss_quantile": 0.9}}})
    '0.9 quantile'
    """
    configuration = document["cell"]["configuration"]
    if configuration.get("loss") != "quantile":
        return ""
    quantile = configuration["loss_quantile"]
    return "median" if quantile == 0.5 else f"{quantile:g} quantile"
