"""A table of the page as LaTeX, for papers: booktabs, the numbers as the page prints them."""

from nnjax.report.views import TableView

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "−": r"$-$",
    "–": "--",
    "…": r"\dots{}",
    "×": r"$\times$",
    "²": r"$^2$",
    "₂": r"$_2$",
    "±": r"$\pm$",
    "≥": r"$\ge$",
    "≤": r"$\le$",
    "∞": r"$\infty$",
    "α": r"$\alpha$",
    "Δ": r"$\Delta$",
    "<": r"$<$",
    ">": r"$>$",
}


def escape_latex(text: str) -> str:
    r"""Text that LaTeX prints as it is.

    >>> escape_latex("test_r2: −5 %")
    'test\\_r2: $-$5 \\%'
    """
    return "".join(_ESCAPES.get(character, character) for character in text)


def latex_table(table: TableView) -> str:
    """The rows that the page shows as a tabular, with a comment that says where the others are; it needs booktabs."""
    columns = "".join("r" if is_number else "l" for is_number in table.is_number)
    lines = [_line(table.columns), *map(_line, table.rows)]
    more = f"% {table.more} more rows in {table.name}.csv\n" if table.more > 0 else ""
    head, body = lines[0], "\n".join(lines[1:])
    return (
        f"% needs \\usepackage{{booktabs}}\n{more}\\begin{{tabular}}{{{columns}}}\n\\toprule\n{head}\n\\midrule\n"
        f"{body}\n\\bottomrule\n\\end{{tabular}}\n"
    )


def _line(cells: tuple[str, ...]) -> str:
    return " & ".join(map(escape_latex, cells)) + r" \\"
