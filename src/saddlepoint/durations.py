"""Lengths of time as people write them: 90s, 2m, 1h30m; and as programs have them: seconds, timedelta."""

import math
import re
from datetime import timedelta

from saddlepoint.errors import SaddlepointError, did_you_mean

UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
FORM = re.compile("".join(rf"(?:(?P<{unit}>\d+(?:\.\d+)?){unit})?" for unit in UNITS))
WORDS = re.compile(r"(?<=[\d.])\s*(d|h|m|s)[a-z]*\.?\s*")


Time = str | float | timedelta


def parse(time: Time, where: str = "--budget") -> float:
    """Seconds: parse("1h30m") = parse(5400) = 5400. Refused: text without a unit or with unknown ones, what is neither
    text, a number nor a timedelta, nothing, more than a year.
    """
    seconds, text = seconds_of(time, where), str(time)
    if not 0 < seconds <= 365 * UNITS["d"]:
        raise SaddlepointError(f"'{text}' must be above 0 and at most a year", where, "such as 10m")
    return seconds


def seconds_of(time: Time, where: str) -> float:
    if isinstance(time, timedelta):
        return time.total_seconds()
    if isinstance(time, int | float) and not isinstance(time, bool):
        return float(time)
    found = FORM.fullmatch(time.strip()) if isinstance(time, str) else None
    if not found or not any(found.groups()):
        raise SaddlepointError(f"'{time}' is not a length of time", where, hint(str(time)))
    return sum(float(count) * UNITS[unit] for unit, count in found.groupdict().items() if count)


def hint(text: str) -> str:
    """What was probably meant: '10mins' is 10m, '90' is 90s or 90m."""
    short = WORDS.sub(r"\1", text.strip().lower())
    if FORM.fullmatch(short) and short:
        return did_you_mean(short)
    if re.fullmatch(r"\d+(\.\d+)?", short):
        return did_you_mean(f"{short}s or {short}m")
    return "such as 90s, 10m, 1h30m"


def show(seconds: float) -> str:
    """At most two units: 43s, 2m 05s, 1h 02m, 3d 04h; a dash where it is not known."""
    if not math.isfinite(seconds):
        return "-"
    whole = max(0, round(seconds))
    for (unit, size), (minor, least) in zip(list(UNITS.items()), list(UNITS.items())[1:]):
        if whole >= size:
            return f"{whole // size}{unit} {whole % size // least:02d}{minor}"
    return f"{whole}s"
