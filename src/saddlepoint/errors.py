"""The one exception that a user's mistake, or a fault of their machine, becomes."""

import difflib
from collections.abc import Iterable


class SaddlepointError(Exception):
    """What went wrong, where, and what to do about it: one line, no traceback on a user's screen.

    `code` is the exit status the command line ends with: 2 for a request that cannot be carried out as written,
    1 for a fault met while carrying it out, 3 for a training run that was given up, 130 and 143 for one told to stop.
    """

    def __init__(self, what: str, where: str = "", hint: str = "", code: int = 2) -> None:
        self.what, self.where, self.hint, self.code = what, where, hint, code
        place = f"{where}: " if where else ""
        advice = f" ({hint})" if hint else ""
        super().__init__(f"{place}{what}{advice}")


class Irregular(SaddlepointError):  # noqa: N818 - it is a finding
    """What bears the name of a file or folder of ours cannot be one: it is neither followed, changed nor removed."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint: the known word most like this one, or all of them where none is."""
    known = list(known)
    alike = difflib.get_close_matches(word, known, n=1)
    return f"did you mean '{alike[0]}'?" if alike else f"known: {', '.join(known)}"
