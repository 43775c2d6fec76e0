"""A study of a table whose rows belong together, came one after the other, and have folds of their own."""

from pathlib import Path

from nnjax.sweep.study.study import Study, load_study

STUDY = """
question = "Does depth help?"
[data]
file = "visits.csv"
target = "score"
features = ["a", "b"]
[replicates]
base_seed = 5
[studied]
depth = [1, 2]
[fixed]
width = 4
epochs = 3
batch_size = "full"
optimizer = "adam"
initializer = "auto"
l2 = 0.0
[[claims]]
name = "deep"
sentence = "Two layers beat one."
kind = "beats"
a = {depth = 2}
b = {depth = 1}
"""

FOLLOWED = {
    "group_k_fold": ("groups=person", "folds=3", "splits=6"),
    "leave_one_group_out": ("groups=person",),
    "time_series": ("order=day", "folds=3", "gap=1"),
    "predefined": ("fold=part",),
}
"""Method -> what else it takes here."""


def write_visits(folder: Path, persons: int = 24) -> Path:
    """A table of two to six visits a person."""
    rows, day = ["person,day,part,a,b,ill,score"], 0
    for person in range(persons):
        for visit in range(2 + person % 5):
            a, b = (7 * person + 3 * visit) % 11, (5 * person + visit * visit) % 7
            day += visit % 2
            date = f"2024-{1 + day // 28:02}-{1 + day % 28:02}"
            score = a - 0.5 * b + person % 4 + 0.1 * visit
            rows.append(
                f"p{person:02},{date},{(person + visit) % 3},{a},{b},{'yes' if score > 4 else 'no'},{score:.2f}"
            )
    path = folder / "visits.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def visits_study(folder: Path, method: str, *overrides: str, text: str = STUDY) -> Study:
    """The study with one of the methods, its table beside it."""
    if not (folder / "visits.csv").exists():
        write_visits(folder)
    (folder / "visits.toml").write_text(text)
    told = [f"replicates.{each}" for each in (f"method={method}", *FOLLOWED.get(method, ()))]
    return load_study(folder / "visits.toml", [*told, *overrides])
