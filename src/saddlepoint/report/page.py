"""report.html: one file, without scripts, without network, that says what a run did."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from saddlepoint.files import write_atomic
from saddlepoint.report import facts, panels
from saddlepoint.report.axes import HEIGHT, WIDTH
from saddlepoint.report.charts import charts
from saddlepoint.report.curves import Chart, draw
from saddlepoint.report.inline import inline
from saddlepoint.report.material import Material
from saddlepoint.report.story import Story, read_story

AGAIN = 20  # seconds after which the page of a run that goes on is loaded anew


def write_report(folder: Path, material: Material, going_on: bool = False) -> Path:
    """Write `report.html` into this run folder, from its config.json, journal and sessions, and from the material. The
    page of a run that goes on loads itself anew.
    """
    path = folder / "report.html"
    write_atomic(path, render(read_story(folder), material, going_on).encode())
    return path


@cache
def template() -> Template:
    """The page's template, compiled once a process."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((files("saddlepoint.report") / "page.html.j2").read_text("utf-8"))


def style() -> str:
    return (files("saddlepoint.report") / "page.css").read_text("utf-8")


def curve_pictures(story: Story) -> list[tuple[Chart, str]]:
    """Each chart, and its curves as the address of an SVG that brings its style along: for a page of somebody else's,
    which may take styles and scripts away, as a notebook that was saved.
    """
    drawn = [(chart, draw(chart, f"{story.noun} seen")) for chart in charts(story)]
    own = f"{style()} svg {{ background: var(--paper); font: 11.5px sans-serif }} .strip {{ display: none }}"
    begin = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><style>{own}</style>'
    return [(chart, address(f"{begin}{svg}</svg>")) for chart, svg in drawn if svg]


def address(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def render(story: Story, material: Material, going_on: bool = False) -> str:
    """The page. Every text in it is escaped; its policy forbids scripts and any address but its own pictures'."""
    own = style()
    last = story.sessions[-1] if story.sessions else {}
    return template().render(
        story=story,
        style=Markup(own),
        style_digest=base64.b64encode(hashlib.sha256(own.encode()).digest()).decode(),
        recipe=str(story.config.get("recipe", "unknown")),
        data=str(story.data.get("name", "unknown data")),
        begun=facts.begun(story),
        again=AGAIN if going_on else 0,
        state=facts.under_way(story) if going_on else facts.state(story),
        happenings=facts.happenings(story, going_on),
        key_figures=facts.key_figures(story, material.measures),
        samples=panels.samples(material.samples, material.real, story.data.get("classes")),
        film=panels.film(material.frames, story.noun),
        charts=[(chart, svg) for chart in charts(story) if (svg := draw(chart, f"{story.noun} seen"))],
        translated=panels.translated(material.translated),
        sheet=None if material.sheet is None else inline(material.sheet),
        pairs=panels.pairs(material.pairs),
        copies=panels.pairs(material.copies),
        copies_found=0 if material.copies is None else len(material.copies.pictures),
        held_out_distance=panels.usual_distance(material.pairs),
        measures=[(measure, *facts.with_interval(measure)) for measure in material.measures.values()],
        tables=[facts.Fact(*row) for row in material.tables],
        data_facts=facts.data_facts(story.data),
        settings=facts.settings(story.config),
        choices=facts.flat(story.choices),
        versions=facts.flat(story.versions),
        hardware=facts.flat(hardware if isinstance(hardware := last.get("hardware"), dict) else {}),
        sessions=facts.sessions(story),
        command=facts.command(story),
    )
