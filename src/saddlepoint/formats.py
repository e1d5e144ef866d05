"""What a picture is written as: by the suffix of its file. No torch is imported here."""

from pathlib import Path

from saddlepoint.errors import SaddlepointError

FORMATS = {"": "PNG", ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".gif": "GIF"}


def format_of(path: Path) -> str:
    """The format that the suffix names; PNG without one. Refused where it names no format that pictures have here."""
    if (found := FORMATS.get(path.suffix.lower())) is None:
        what = f"no picture is written as '{path.suffix}'"
        raise SaddlepointError(what, str(path), f"end its name in {', '.join(filter(None, FORMATS))}")
    return found
