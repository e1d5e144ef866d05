"""What may happen to a file that was once whole, and checkpoints that were made to deceive."""

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

PAGE = 4096


def truncated(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data))]


def flipped(data: bytes, dice: random.Random) -> bytes:
    """One bit is another."""
    damaged = bytearray(data)
    damaged[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def zeroed(data: bytes, dice: random.Random) -> bytes:
    """A page was never written, as after a power cut."""
    start = dice.randrange(0, len(data), PAGE)
    return data[:start] + bytes(len(data[start : start + PAGE])) + data[start + PAGE :]


def swapped(data: bytes, dice: random.Random) -> bytes:
    """Two pages have changed places."""
    pages = [data[i : i + PAGE] for i in range(0, len(data), PAGE)]
    i, j = dice.randrange(len(pages)), dice.randrange(len(pages))
    pages[i], pages[j] = pages[j], pages[i]
    return b"".join(pages)


def lost(data: bytes, dice: random.Random) -> bytes:
    """The name survived, the content did not."""
    return b""


def page_of_a_portal(data: bytes, dice: random.Random) -> bytes:
    """What a download through a captive network leaves."""
    return b"<!DOCTYPE html><html><body>Please log in</body></html>"


KINDS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    function.__name__: function for function in (truncated, flipped, zeroed, swapped, lost, page_of_a_portal)
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def forge(folder: Path, change: Callable[[dict], None] = lambda manifest: None) -> None:
    """Give a checkpoint whose files were changed a manifest whose digests are right."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name in manifest["files"]:
        data = (folder / name).read_bytes()
        manifest["files"][name] = {"size": len(data), "sha256": digest(data)}
    del manifest["sha256"]
    change(manifest)
    (folder / "manifest.json").write_bytes(canonical(manifest | {"sha256": digest(canonical(manifest))}))
