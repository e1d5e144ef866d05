"""What `train --help` prints: the flags of the recipe that was named, at once, without cyclopts or torch."""

from collections.abc import Sequence

from saddlepoint.cli.help import fold, heading, rows
from saddlepoint.cli.offered import DATA, Flag, asked_for, newcomer
from saddlepoint.settings.tree import flag

PAGE = """Train a model on data, for as long as --budget or --images says.

If the data has labels, they become conditions. Settings come from the recipe;
--config overrides the recipe, and the flags below override both.

Example: saddlepoint train digits --budget 10m
Example: saddlepoint train digits --recipe acgan --lr 0.0005 --dry-run
"""

MORE = """
All other settings: saddlepoint train --help all, or with --recipe NAME those
of that recipe.
"""


def manual(tokens: Sequence[str]) -> None:
    """Print the help that these words ask for; without a recipe, and without `all`, a newcomer's."""
    print(heading("Usage:"), "saddlepoint train [OPTIONS] DATA")
    print("", PAGE + MORE * newcomer(tokens), sep="\n")
    print(heading("Arguments"), *rows([("DATA", f"What to train on: {DATA}.")]), "", sep="\n")
    shown = [row for row in asked_for(tokens) if row.show]
    for title in dict.fromkeys(row.group for row in shown):
        found = fold((named(row), row.help) for row in shown if row.group == title)
        print(heading(title), *rows(found), "", sep="\n")


def named(row: Flag) -> str:
    """A flag as the help writes it, with what a value looks like."""
    names = f"{row.short}, {flag(row.key)}" if row.short else flag(row.key)
    return names if row.form == "switch" else f"{names} {row.form}"
