"""What the README, and the other pages, tell people to type works."""

import re
import shlex
from pathlib import Path

import pytest

from saddlepoint.cli.main import VERBS, app_for
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning.begin import configure

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for block in re.findall(r"```\n(.*?)```", README, re.S)
    for line in block.splitlines()
    if line.startswith("saddlepoint ")
]
TYPED = sorted(
    {
        line
        for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
        for line in re.findall(r"^ *(saddlepoint .*)$", page.read_text("utf-8").replace("\\\n", ""), re.M)
        if "mine.py" not in line and "--from" not in line  # whose flags are those of a file, or of a run
    }
)
SNIPPETS = re.findall(r"```python\n(.*?)```", README, re.S)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_verb_and_flag_exists(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from saddlepoint.cli.main import main

    assert words[0] in VERBS
    assert main([words[0], "--help"]) == 0
    if "--recipe" in words:  # which has flags of its own
        assert main([words[0], *words[(at := words.index("--recipe")) : at + 2], "--help"]) == 0
    page = capsys.readouterr().out
    assert all(word in page for word in words if word.startswith("-"))


@pytest.mark.parametrize("line", TYPED)
def test_every_command_of_every_page_can_be_parsed(line: str) -> None:
    """Verbs, flags and the kinds of their values; what they name need not be there."""
    words = shlex.split(line, comments=True)[1:]
    app_for(words).parse_args(words, exit_on_error=False, print_error=False)


def test_the_settings_it_names_are_settings() -> None:
    assert configure("acgan", None, {"lr": "0.0005"}).d.lr == 0.0005
    with pytest.raises(SaddlepointError):
        configure("acgan", None, {"lrr": "0.0005"})


def test_the_low_road_plays() -> None:
    """The second snippet, as it stands: two small networks on points of standard deviation 3, 500 rounds."""
    import torch

    torch.manual_seed(0)
    scope: dict = {}
    exec(compile(SNIPPETS[1], "README.md", "exec"), scope)
    last = scope["round"]
    assert (last.index, last.images, last.skipped) == (499, 32_000, 0)
    spread = scope["g"](torch.randn(4_000, 2)).std().item()
    assert spread == pytest.approx(3, abs=0.6), "G learned how wide the data is"
