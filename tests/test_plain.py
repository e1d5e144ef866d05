"""What reaches a screen is plain: escapes, line ends and what turns the order of reading are spelt out, in any name."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from saddlepoint.cli.display import Lines, Live
from saddlepoint.cli.main import main
from saddlepoint.cli.tables import columns, say, tell
from saddlepoint.errors import SaddlepointError, plain, typed
from saddlepoint.running.watcher import Tick

CLEAR = "\x1b[2J\x1b[H"
FORGED = "a\n  b  gan  digits  9,000  done"
NAMES = (CLEAR, FORGED, "a\rb", "\x9b2J", "\u202etxt.exe", "\x07\x08\x7f", "\udce9", "\ud800", "\u2028", "\0")


def is_plain(text: str) -> bool:
    return all(line.isprintable() for line in text.removesuffix("\n").split("\n"))


@pytest.mark.parametrize("name", NAMES)
def test_an_error_a_table_and_a_line_are_printable_whatever_is_in_a_name(name: str, capsys) -> None:
    error = SaddlepointError(f"no class '{name}'", name, f"known: {name}")
    assert str(error).isprintable()
    assert (error.where, error.hint) == (name, f"known: {name}")  # for programs as it is
    say([name, *columns([(name, name), ("second", "row")])])
    tell(name)
    Lines().note(name)
    out, err = capsys.readouterr()
    assert is_plain(out)
    assert is_plain(err)
    assert (out.count("\n"), err.count("\n")) == (3, 2)  # no row more than there are


@pytest.mark.parametrize("name", NAMES[:7])
def test_what_is_drawn_at_the_bottom_of_a_terminal_is_plain_too(name: str, capsys) -> None:
    live, tick = Live(), Tick(1, 2, 1.0, 1.0, 1.0, {name: 1.0, f"a/{name}": 2.0}, 0.5, 0.5, 0, (name,))
    live.note(name)
    live.console.print(live.drawn(tick))
    shown = capsys.readouterr().err
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert plain(name)[:20].split("  ")[0] in shown


def test_json_stays_json(capsys) -> None:
    said = {"name": "".join(NAMES), "plain": "ä 😀"}
    say([json.dumps(said)])
    assert json.loads(capsys.readouterr().out) == said


def test_plain_text_stays_as_it_is_and_is_not_spelt_twice() -> None:
    for text in ("", "ä 😀 c:\\temp 'x'  y", plain("".join(NAMES))):
        assert plain(text) == text


def test_an_exception_of_somebody_else_is_one_plain_line(monkeypatch, capsys) -> None:
    def fails(tokens: list[str]) -> int:
        raise RuntimeError(f"{CLEAR} a\nb")

    monkeypatch.setattr("saddlepoint.cli.main.run", fails)
    for words in (["runs"], ["runs", "--debug"]):
        assert main(words) == 1
        assert is_plain(capsys.readouterr().err)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell")
@pytest.mark.parametrize("name", ["plain", "a b", "it's", "$(touch x)", "`x`;*", "\x1b[2J'\\", "\udce9\n", "\u202e"])
def test_an_advised_command_is_what_a_shell_takes_for_that_name(name: str) -> None:
    command = typed("resume", Path("runs") / name)
    assert command.isprintable()
    said = subprocess.run(["bash", "-c", f"saddlepoint() {{ printf '%s' \"$2\"; }}; {command}"], stdout=subprocess.PIPE)
    assert said.stdout == os.fsencode(f"runs/{name}")
