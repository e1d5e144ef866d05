"""The model card: what a model is, what it was made of, how to use it, what it is not."""

from saddlepoint.artefact.description import Description
from saddlepoint.data.facts import About
from saddlepoint.data.reading import few
from saddlepoint.media.catalog import medium_of

USES = {
    "sample": 'model.sample(64, seed=0).save("grid.png")',
    "walk": 'model.walk(9).save("walk.npz")',
    "apply": "model.apply(x)  # x: [n, channels, height, width], as stored",
}

IMITATES = """It imitates its training data, with their gaps and biases, and may repeat single examples of them: look at
the {what} in the run's report before you publish samples.
"""

INVENTS = """What it adds to what it is given it has from its training data: it invents, and does not measure. Do not
read more out of its results than was in what went in.
"""


def card(about: Description) -> str:
    """The card, in Markdown."""
    config, x = about.config, about.facts["x"]
    noun, shape, stages = medium_of(x).noun, " x ".join(map(str, x.shape)), len(config.stages)
    facts = {
        "can": ", ".join(about.can) or "nothing that there is a verb for",
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
    return f"""# {about.run}: {config.recipe}, trained on {about.data}

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


def condition(about: About | None) -> str:
    """What c is, in words."""
    if about is None:
        return "none"
    if about.kind == "labels":
        return f"a class, one of {', '.join(about.names)}"
    if about.kind == "code":
        return "; ".join(map(str, about.fields)) or f"{about.shape[0]} numbers"
    return f"{medium_of(about).noun} of {about.shape[0]} channels"
