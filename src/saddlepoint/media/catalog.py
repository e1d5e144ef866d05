"""The media by their kind."""

from saddlepoint.data.facts import About
from saddlepoint.media.medium import Medium
from saddlepoint.media.pictures import PICTURES
from saddlepoint.media.points import POINTS
from saddlepoint.media.sound import SOUND
from saddlepoint.media.text import TEXT

MEDIA: dict[str, Medium] = {"pictures": PICTURES, "points": POINTS, "sound": SOUND, "text": TEXT}


def medium_of(about: About) -> Medium:
    """The medium of x; a condition has none."""
    return MEDIA[about.kind]
