"""The one exception that a user's mistake, or a fault of their machine, becomes."""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager

OWN = {"--class": "label"}  # keywords of functions that are not called as the flag is
FLAGS = re.compile(r"""`saddlepoint\b[^`]*`|'[^']*'|pip install.*|(?<![\w.-])(--[a-z][\w.-]*\w|-n)(?![\w-])""")
_shell = False


@contextmanager
def in_a_shell() -> Iterator[None]:
    """While the command line carries out what was typed: messages name its flags. Elsewhere they name keywords."""
    global _shell
    before, _shell = _shell, True
    try:
        yield
    finally:
        _shell = before


def as_written(text: str) -> str:
    """A message that names flags, as whoever reads it wrote them: in a program `--data.held-out` is `data.held_out`,
    `--no-mirror` is `mirror=False`, `--class` is `label`. What is quoted, and commands to type, stay as they are.
    """
    return text if _shell else FLAGS.sub(lambda found: keyword(found[1]) if found[1] else found[0], text)


def keyword(flag: str) -> str:
    """What a function's keyword, or a name among `settings`, is called."""
    if flag in OWN:
        return OWN[flag]
    path, dot, leaf = flag.lstrip("-").replace("-", "_").rpartition(".")
    return path + dot + (f"{leaf.removeprefix('no_')}=False" if leaf.startswith("no_") else leaf)


class SaddlepointError(Exception):
    """What went wrong, where, and what to do about it: one line, no traceback on a user's screen. Flags in it are
    written as in the command line, and become keywords where a program reads them (`as_written`).

    Names of somebody else's files and what they hold may be in all three: as text it is printable (`plain`).
    `code` is the exit status the command line ends with: 2 for a request that cannot be carried out as written,
    1 for a fault met while carrying it out, 3 for a training run that was given up, 130 and 143 for one told to stop.
    """

    def __init__(self, what: str, where: str = "", hint: str = "", code: int = 2) -> None:
        self.what, self.where, self.hint, self.code = what, where, hint, code
        place = f"{as_written(where) if where.startswith('-') else where}: " if where else ""
        advice = f" ({as_written(hint)})" if hint else ""
        super().__init__(plain(f"{place}{as_written(what)}{advice}"))


class Irregular(SaddlepointError):  # noqa: N818 - it is a finding
    """What bears the name of a file or folder of ours cannot be one: it is neither followed, changed nor removed."""


def did_you_mean(name: str) -> str:
    """A hint: what a word that is none was probably meant to be."""
    return f"did you mean {name}?"


def plain(text: str) -> str:
    """Text as one printable line, whatever a terminal would have made of it: line ends, escapes, what turns the order
    of reading, and bytes that are no text, are spelt out. What is plain stays as it is.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def typed(*words: object) -> str:
    """A command as one can type it: each word quoted for a POSIX shell where it needs that."""
    return " ".join(["saddlepoint", *(quoted(str(word)) for word in words)])


def spelt_out(c: str) -> str:
    """The bytes of a character as the shell reads them: \\xe2\\x80\\xae; of a byte that is no text, that byte."""
    lone = "surrogateescape" if "\udc80" <= c <= "\udcff" else "surrogatepass"
    return "".join(f"\\x{byte:02x}" for byte in c.encode("utf-8", lone))


def quoted(word: str) -> str:
    """A word for the shell; one that cannot be printed in the form $'...', byte by byte where it has to be."""
    if word.isprintable():
        return shlex.quote(word)
    spelt = (c if c.isprintable() else spelt_out(c) for c in word)
    return "$'" + "".join(f"\\{c}" if c in ("'", "\\") else c for c in spelt) + "'"
