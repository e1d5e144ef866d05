"""The model card: what a model is, what it was made of, how to use it, what it is not."""

import json
import re

from saddlepoint.artefact.description import Description
from saddlepoint.data.facts import About
from saddlepoint.data.reading import few
from saddlepoint.media.catalog import medium_of

USES = {
    "sample": 'model.sample(64, seed=0).save("grid.png")',
    "walk": 'model.walk(9).save("walk.npz")',
    "apply": "model.apply(x)  # x: [n, channels, height, width], as stored",
}

LICENCES = {
    **{name: name for by in ("by", "by-sa", "by-nc", "by-nc-sa") for name in (f"cc-{by}-3.0", f"cc-{by}-4.0")},
    **{name: name for name in ("cc0-1.0", "apache-2.0", "mit", "pddl")},
    "cc0": "cc0-1.0",
    "unstated": "unknown",
}
"""How licences are written, in small letters with dashes for spaces, and what the Hub calls them."""

IMITATES = """It imitates its training data, with their gaps and biases, and may repeat single examples of them: look at
the {what} in the run's report before you publish samples.
"""

INVENTS = """What it adds to its input comes from its training data: it invents, and does not measure. Do not read more
out of its results than its input contained.
"""


def card(about: Description) -> str:
    """The card, in Markdown."""
    config, x = about.config, about.facts["x"]
    noun, shape, stages = medium_of(x).noun, " x ".join(map(str, x.shape)), len(config.stages)
    facts = {
        "can": ", ".join(about.can) or "nothing that a command uses",
        "makes": f"{noun} of shape {shape}" + (f": {few(axis.name for axis in x.axes)}" if x.axes else ""),
        "condition": condition(about.facts.get("c")),
        "trained": f"recipe `{config.recipe}`, system `{config.system}`, {stages} stage{'s' * (stages > 1)}",
        "data": f"`{about.data}`, {about.images:,} examples seen",
        "licence of the data": about.licence,
        "weights": f"an average over training, half-life {about.average.partition('-')[2]} {noun}",
        "made with": f"saddlepoint {about.version}",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in facts.items())
    uses = "\n".join(USES[word] for word in about.can if word in USES)
    copied = "nearest training pictures" if medium_of(x).copies else "share of near-copies"
    words = "".join(text for word, text in (("sample", IMITATES), ("apply", INVENTS)) if word in about.can).format(
        what=copied
    )
    return f"""{matter(about)}# {about.run}: {config.recipe}, trained on {about.data}

![what it makes](preview.png)

| | |
| --- | --- |
{table}

```python
import saddlepoint as sp
model = sp.load("generator")
{uses}
```

{words}"""


def matter(about: Description) -> str:
    """What a card begins with for machines, as the Hub reads it: YAML, of which JSON's texts and lists are a part."""
    x, c, can = about.facts["x"], about.facts.get("c"), about.can
    known = licence_of(about.licence)
    tags = ["generative", about.config.system, about.config.recipe, x.kind]
    tags += ["class-conditional"] if c and c.names else []
    fields: dict[str, object] = {"library_name": "saddlepoint", "license": known}
    fields |= {"license_name": about.licence} if known == "other" else {}
    fields |= {"pipeline_tag": "unconditional-image-generation"} if x.kind == "pictures" and "sample" in can else {}
    fields |= {"pipeline_tag": "image-to-image"} if x.kind == "pictures" and "apply" in can else {}
    fields["tags"] = list(dict.fromkeys(filter(None, tags)))
    lines = (f"{name}: {json.dumps(value, ensure_ascii=True)}" for name, value in fields.items())
    return "\n".join(["---", *lines, "---", "", ""])


def licence_of(said: str) -> str:
    """The Hub's name for a licence that begins as one of those it knows: what the data ask for binds the model."""
    forms = ((known.replace("-", "[ -]").replace(".", r"\."), hub) for known, hub in LICENCES.items())
    found = (hub for form, hub in forms if re.match(rf"{form}(?![\w.-])", said, re.IGNORECASE))
    return next(found, "other")


def condition(about: About | None) -> str:
    """What c is, in words."""
    if about is None:
        return "none"
    if about.kind == "labels":
        return f"a class, one of {', '.join(about.names)}"
    if about.kind == "code":
        return "; ".join(map(str, about.fields)) or f"{about.shape[0]} numbers"
    return f"{medium_of(about).noun} of {about.shape[0]} channels"
