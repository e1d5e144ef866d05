"""Help pages: plain text of at most 80 columns, headings in bold where a terminal shows it."""

import os
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

WIDTH = 80
COLUMN = 26


class Compact:
    """How cyclopts shows the help of a verb (its protocol of a help formatter)."""

    usage = description = ""

    def __call__(self, console: Any, options: Any, panel: Any) -> None:
        """One heading with its flags, or nothing where all are hidden; before the first, what the verb does."""
        found = list(fold((label(entry), described(entry)) for entry in panel.entries))
        if found and self.usage:
            print(heading("Usage:"), self.usage.replace("[ARGS", f"[{found[-1][0]}"))  # cyclopts does not name that one
            print("", self.description, "", sep="\n")
            self.usage = ""
        if found:
            print(heading(panel.title), *rows(found), "", sep="\n")

    def render_usage(self, console: Any, options: Any, usage: Any) -> None:
        self.usage = str(usage).removeprefix("Usage:").strip()

    def render_description(self, console: Any, options: Any, description: Any) -> None:
        self.description = text(description)


def text(shown: Any) -> str:
    """The characters of what cyclopts hands over: a string, or rich text inside a wrapper of its own."""
    inner = getattr(shown, "primary_renderable", shown)
    return str(getattr(inner, "plain", inner)).strip()


def fold(entries: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(label, description) of each flag; one row for --g.X and --d.X, which their heading explains."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, description in entries:
        player = re.match(r"--([gd])\.(?:network\.)?", name)
        key = name[player.end() :] if player else name, description
        found.setdefault(key, []).extend(player.groups() if player else ())
    both = any(len(players) > 1 for players in found.values())
    for (name, description), players in found.items():
        yield name, description + (f" (--{players[0]}. only)" if both and len(players) == 1 else "")


def label(entry: Any) -> str:
    """The names of a flag and what a value looks like, as cyclopts hands them over."""
    names = entry.positional_label or ", ".join((*entry.positive_shorts, *entry.positive_names[:1]))
    return f"{names} {entry.metavar}" if entry.metavar and not entry.positional_label else names


def described(entry: Any) -> str:
    """The flag's description, and its choices where they are few."""
    choices = f"One of {', '.join(entry.choices)}." if entry.choices else ""
    return f"{text(entry.description)} {choices}".strip()


def rows(entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Two columns; a label too long for its own stands above its description."""
    gap = " " * COLUMN
    for label, description in entries:
        first = f"  {label}"
        lines = textwrap.wrap(description, WIDTH - COLUMN, break_on_hyphens=False) or [""]
        if len(first) + 2 > COLUMN:
            yield first
            lines = ["", *lines]
        else:
            lines[0] = (first.ljust(COLUMN) + lines[0]).rstrip()
            yield lines[0]
        yield from (gap + line for line in lines[1:] if line)


def heading(words: str) -> str:
    """Bold on a terminal that may be coloured."""
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return words if plain else f"\x1b[1m{words}\x1b[0m"
