"""saddlepoint recipes: what can be trained."""

import json
import sys

from saddlepoint.cli.flags import NORMAL, Speaking
from saddlepoint.cli.tables import columns, say
from saddlepoint.errors import plain


def recipes(*, voice: Speaking = NORMAL) -> None:
    """List the recipes: what a model of each takes, and what it makes.

    One of your own, in a file, is listed with --system FILE, and used with
    `train DATA --recipe FILE`.

    Example: saddlepoint recipes
    """
    from saddlepoint.systems.catalog import faults
    from saddlepoint.systems.catalog import recipes as known

    found = list(known())
    for fault in faults():
        print("saddlepoint:", plain(str(fault)), file=sys.stderr)
    if voice.json:
        fields = ("system", "have", "get", "about")
        say([json.dumps({name: dict(zip(fields, (system, *recipe[1:]))) for system, name, recipe in found})])
        return
    if voice.quiet:
        return
    rows = [(name, recipe.have, recipe.get, recipe.about) for _, name, recipe in found]
    say(columns(rows, titles=("recipe", "from", "to", "")))
    say(["", "  saddlepoint train DATA --recipe NAME --help  shows its settings"])
