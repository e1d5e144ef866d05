"""The report: nothing in it can run or reach out, what the folder says stands in it, what is missing is left out."""

import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import pytest
import torch
from PIL import Image

from saddlepoint.judging.card import Card, Measure
from saddlepoint.report.facts import settings, with_interval
from saddlepoint.report.material import Material, Pairs
from saddlepoint.report.page import write_report
from saddlepoint.report.panels import samples
from saddlepoint.report.story import read_story

EVIL = "<script>alert(1)</script>\"'&"
VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """Every element of a page, which must be closed in the order it was opened."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def rounds(images, **changes):
    line = {"event": "rounds", "stage": 0, "round": images // 64, "images": images, "losses": {"D": 1.2, "D/r1": 0.1}}
    line["losses"]["G"] = 0.9
    line |= {"d_real": 0.6, "d_fake": 0.3, "gradients": {"D": 2.0, "G": 0.5}, "skipped": 0}
    return line | {"seconds": images / 1000, "rate": 1000.0} | changes


def opinion(mean):
    return {"mean": mean, "std": 1.0, "q": [mean - 2, mean - 1, mean, mean + 1, mean + 2]}


def held_out(images):
    parts = {"train": opinion(1.0), "held_out": opinion(0.5), "fake": opinion(-1.0)}
    return {"event": "held_out", "images": images} | parts


def run_folder(path, events, name="a run", **described):
    folder = path / name
    folder.mkdir(parents=True)
    config = {"recipe": "modern", "seed": 3, "g": {"lr": 0.001, "network": {"kind": "dcgan", "width": 32}}}
    config |= {"stages": [{"images": 8000, "k": 1}], "averages": [10_000, 2_000]}
    data = {"name": "digits", "size": 100, "shape": [1, 8, 8], "classes": ["zero", "one"], "held_out": [1, 2, 3]}
    data |= {"digest": "ab" * 32, "licence": "CC BY-SA 3.0"}
    whole = {"format": 1, "config": config, "data": data, "choices": {"device": "cpu"}, "versions": {"torch": "2.13.0"}}
    (folder / "config.json").write_text(json.dumps(whole | described))
    (folder / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    session = {"start": "2026-03-01T09:05:00+00:00", "command": ["/bin/saddlepoint", "train", "digits"], "pid": 1}
    session |= {"hardware": {"cores": 2}, "versions": {}, "from_images": 0, "to_images": 8000, "seconds": 8.0}
    (folder / "sessions.jsonl").write_text(json.dumps(session | {"ended": "done"}) + "\n")
    return folder


def pictures(*shape, seed=0):
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def card(metric):
    return Card(metric, "digits_a", "3f" * 32, 10_000, 9_000, "MNIST test", "none", 0, "0.1.0")


MEASURES = {"label_accuracy": Measure(99.6234, 99.48, 99.72, card("label accuracy, %"))}
WHOLE = Material(
    samples=pictures(2, 3, 1, 8, 8),
    real=pictures(2, 3, 1, 8, 8, seed=1),
    pairs=Pairs(
        pictures(4, 1, 8, 8),
        pictures(4, 1, 8, 8, seed=2),
        torch.tensor([0.0, 1234.5, 3.0, 4.0]),
        987.0,
        {"nearest by L1": pictures(4, 1, 8, 8, seed=3), "nearest to something": pictures(4, 1, 8, 8, seed=4)},
    ),
    frames=[(1000 * t, pictures(3, 1, 8, 8, seed=t)) for t in range(9)],
    measures=MEASURES,
    tables=[("refused steps", "0", "not finite")],
)


def page_of(folder, material):
    path = write_report(folder, material)
    assert path == folder / "report.html"
    return Page(path.read_text("utf-8"))


def test_the_whole_page(tmp_path):
    events = [{"event": "stage", "stage": 0, "images": 0}, *(rounds(n) for n in range(1000, 9000, 1000))]
    page = page_of(run_folder(tmp_path, [*events, held_out(4000), {"event": "end", "images": 8000}]), WHOLE)
    assert len(page.all("img")) == 2 * 2 + 9 + 4 * 4
    for said in ("a run", "modern", "begun 1 March 2026, 09:05", "finished", "99.62", "99.48 to 99.72", "1,234"):
        assert said in page.text
    for said in (
        "CC BY-SA 3.0",
        "97 and 3 held out",
        "ab" * 32,
        "g.network.width 32",
        "987",
        "nearest by L1",
        "nearest to something",
        "saddlepoint train digits",
    ):
        assert said in page.text
    titles = ("D(x) and D(G(z))", "Losses", "Extra terms", "Gradient norms", "What D has memorised", "Speed")
    assert all(title in page.text for title in titles)
    assert len([svg for svg in page.all("svg") if svg.get("role") == "img"]) == len(titles)


def test_every_text_is_escaped(tmp_path):
    name = EVIL.replace("/", "")
    events = [rounds(1000, losses={EVIL: 1.0}), {"event": "rollback", "images": 1, "reason": EVIL}]
    data = {"name": EVIL, "licence": EVIL, "classes": [EVIL, EVIL], "shape": [EVIL], "digest": EVIL}
    described = {"data": data, "config": {"recipe": EVIL, EVIL: {EVIL: EVIL}}, "versions": {EVIL: EVIL}}
    folder = run_folder(tmp_path, events, name, **described, choices={EVIL: [EVIL]})
    session = {"start": EVIL, "command": ["x", EVIL], "hardware": {EVIL: EVIL}, "ended": EVIL}
    (folder / "sessions.jsonl").write_text(json.dumps(session))
    measures = {EVIL: Measure(1.0, 0.5, 1.5, Card(EVIL, EVIL, EVIL, 1, 1, EVIL, EVIL, None, EVIL))}
    page = page_of(folder, WHOLE._replace(measures=measures, tables=[(EVIL, EVIL, EVIL)]))
    assert page.all("script") == []
    assert page.text.count("alert(1)") > 20
    for _, attributes in page.tags:
        assert not any(key.startswith("on") for key in attributes)


def test_the_page_reaches_nothing_and_its_policy_fits_its_style(tmp_path):
    folder = run_folder(tmp_path, [rounds(1000), held_out(1000)])
    page = page_of(folder, WHOLE)
    text = (folder / "report.html").read_text("utf-8")
    assert "http:" not in text
    assert "https:" not in text
    assert re.search(r"@import|url\(", text) is None
    for tag, attributes in page.tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "form", "base"}
        assert "style" not in attributes
        for key in ("src", "href", "xlink:href", "srcset", "data", "action"):
            assert attributes.get(key, "#").startswith(("#", "data:image/"))
    targets = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {a["href"][1:] for a in page.all("a")} <= targets
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv"))
    style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'"


def test_a_run_without_a_critic(tmp_path):
    lines = [rounds(n, losses={"G": 0.5}, d_real=None, d_fake=None, gradients={"G": 1.0}) for n in (1000, 2000)]
    page = page_of(run_folder(tmp_path, lines), Material())
    assert "Losses" in page.text
    assert "D(x)" not in page.text
    assert "What D has memorised" not in page.text
    assert page.all("img") == []


def test_pictures_without_labels_stand_as_sheets(tmp_path):
    folder = run_folder(tmp_path, [rounds(1000)])
    page = page_of(folder, Material(samples=pictures(1, 9, 3, 8, 8), real=pictures(1, 9, 3, 8, 8, seed=1)))
    assert len(page.all("img")) == 2
    assert page.all("table")
    assert "class" not in page.text.partition("What it draws")[2].partition("How the game went")[0]
    assert page.all("img")[0]["width"] == page.all("img")[1]["width"]
    assert page.all("img")[0]["src"] != page.all("img")[1]["src"]


def test_what_is_no_picture_stands_as_the_sheet_its_medium_drew(tmp_path):
    page = page_of(run_folder(tmp_path, [rounds(1000)]), Material(sheet=Image.new("RGB", (90, 40), "white")))
    assert [(each["width"], each["height"]) for each in page.all("img")] == [("90", "40")]
    assert "Not selected: the first samples drawn." in page.text


def test_interrupted_and_rolled_back_runs_say_so(tmp_path):
    back = {"event": "rollback", "images": 2000, "at": 5000, "rate_factor": 0.5}
    events = [rounds(4000, skipped=2), back, rounds(3000)]
    folder = run_folder(tmp_path, events)
    with (folder / "journal.jsonl").open("a") as file:
        file.write('{"event":"rounds","images":77')
    page = page_of(folder, Material())
    assert "interrupted at 3,000 of 8,000 pictures" in page.text
    assert "At 5,000 pictures: weights or steps were not finite. Back to 2,000, learning rates times 0.5." in page.text
    assert "2 steps refused" in page.text
    assert "rollback" in page.text


def test_an_empty_folder_still_makes_a_page(tmp_path):
    page = page_of(tmp_path, Material())
    assert "nothing trained yet" in page.text
    assert page.all("img") == []


@pytest.mark.parametrize("content", ["", "[]", "{", '{"config": 3, "data": [], "versions": null}'])
def test_damaged_files_still_make_a_page(tmp_path, content):
    for name in ("config.json", "journal.jsonl", "sessions.jsonl"):
        (tmp_path / name).write_text(content)
    page_of(tmp_path, Material())


def test_a_stage_limit_reached_is_an_end_too(tmp_path):
    assert read_story(run_folder(tmp_path, [rounds(8000)])).finished
    assert not read_story(run_folder(tmp_path, [rounds(7999)], "other")).finished


def test_settings_keep_every_value_under_its_flag():
    config = {"seed": 0, "g": {"lr": 0.5, "network": {"hidden": [1, 2]}}, "stages": [{"k": 2}], "data": {"x": None}}
    found = {fact.name: fact.value for facts in settings(config).values() for fact in facts}
    assert found == {"seed": "0", "g.lr": "0.5", "g.network.hidden": "1, 2", "stages.0.k": "2", "data.x": "unset"}


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (99.6234, 99.48, 99.72, ("99.62", "99.48 to 99.72")),
        (5.814, 5.6, 6.02, ("5.81", "5.60 to 6.02")),
        (1234.5, 1200.0, 1269.0, ("1,234", "1,200 to 1,269")),
        (0.5, 0.5, 0.5, ("0.5000", "0.5000 to 0.5000")),
    ],
)
def test_figures_are_as_exact_as_their_intervals(value, low, high, expected):
    assert with_interval(Measure(value, low, high, card("m"))) == expected


@pytest.mark.slow
def test_a_page_of_large_photographs_stays_below_two_megabytes(tmp_path):
    smooth = torch.nn.functional.interpolate(pictures(60, 3, 16, 16).float(), size=(256, 256), mode="bilinear")
    noisy = (smooth + 12 * torch.randn(smooth.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 255).byte()
    photos = noisy.view(10, 6, 3, 256, 256)
    material = Material(photos, photos, None, [(t, photos[:, 0]) for t in range(12)])
    path = write_report(run_folder(tmp_path, [rounds(1000)]), material)
    assert path.stat().st_size < 2_000_000


def test_real_pictures_are_as_large_as_generated_ones_where_a_class_has_few():
    """Rows of equal width hold ten pictures and four, the four at the left: columns of one picture are as wide."""
    generated, real = (torch.full((2, n, 3, 12, 9), 200, dtype=torch.uint8) for n in (10, 4))
    found = samples(generated, real, ["a", "b"])
    assert found is not None
    for _, one, other in found.rows:
        assert other is not None
        assert abs(one.width - other.width) <= 4
        with Image.open(io.BytesIO(base64.b64decode(other.source.partition(",")[2]))) as image:
            opaque = torch.frombuffer(bytearray(image.getchannel("A").tobytes()), dtype=torch.uint8)
        held = opaque.view(other.height, other.width).any(0).nonzero().flatten()
        assert abs(int(held.max()) / other.width - 0.4) < 0.02


def test_the_doctors_verdict_stands_beside_the_title(tmp_path):
    write_report(run_folder(tmp_path, []), Material(tables=[("doctor", "mode collapse", "few are met")]))
    page = next(tmp_path.rglob("report.html")).read_text("utf-8")
    assert page.index("mode collapse") < page.index("<main>") < page.index("</main>")
