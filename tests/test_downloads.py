"""Weights from an address: a server of our own on this machine, honest, lying, slow to promise, and absent."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from saddlepoint.cli.main import main
from saddlepoint.court.jury import local
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors import downloads
from saddlepoint.judging.extractors.downloads import cached, fetched, folder

CONTENT = bytes(range(256)) * 40
KNOWN = {hashlib.sha256(CONTENT).hexdigest(): "w.pth"}


DRIPS = {
    "/drips.pth": b"HTTP/1.1 200 OK\r\nContent-Length: 10240\r\n\r\n",
    "/drips-before-it-speaks.pth": b"HTTP/1.1 200 O",
    "/says-nothing-of-http.pth": b"\0" * 70_000,
}


def drip(answers: BaseHTTPRequestHandler, first: bytes) -> None:
    """Send this, then a byte now and then: never so late that a single wait would be given up."""
    with suppress(OSError):
        answers.wfile.write(first)
        for _ in range(100):
            time.sleep(0.05)
            answers.wfile.write(b"K")


class Site(NamedTuple):
    """Where it answers, and what was asked of it so far."""

    address: str
    asked: list[str]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if self.path == "/none.pth":
                self.send_error(404)
                return
            if self.path in DRIPS:
                drip(self, DRIPS[self.path])
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT) + (self.path == "/short.pth")))
            self.end_headers()
            self.wfile.write(CONTENT[::-1] if self.path == "/other.pth" else CONTENT)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", asked)
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_known_file_is_downloaded_once(site: Site) -> None:
    path = fetched(f"{site.address}/w.pth?for=us", KNOWN)
    assert path.read_bytes() == CONTENT
    assert path.suffix == ".pth"
    assert fetched(f"{site.address}/w.pth?for=us", KNOWN) == path
    assert local(f"{site.address}/w.pth?for=us", KNOWN) == path
    assert site.asked == ["/w.pth?for=us"]
    path.write_bytes(CONTENT[:-1])  # damaged: it is downloaded anew
    assert fetched(f"{site.address}/w.pth?for=us", KNOWN).read_bytes() == CONTENT
    assert len(site.asked) == 2
    downloads.clear()
    assert downloads.contents() == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("other.pth", r"unknown weights, SHA-256 [0-9a-f]{64} \(known are w.pth"),
        ("none.pth", r"the server says 404 Not Found \(download it by other means, and give the file\)"),
        ("short.pth", r"broke off after 10,240 of 10,241 bytes"),
    ],
)
def test_anything_else_is_refused_and_not_kept(site: Site, name: str, words: str) -> None:
    with pytest.raises(SaddlepointError, match=rf"^{site.address}/{name}: .*{words}"):
        fetched(f"{site.address}/{name}", KNOWN)
    assert not folder().exists()


def test_what_is_too_large_is_not_read_to_its_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MOST", 1000)
    monkeypatch.setattr(downloads, "PIECE", 100)
    with pytest.raises(SaddlepointError, match="no weights of ours"):
        fetched(f"{site.address}/w.pth", KNOWN)


@pytest.mark.parametrize("name", ["drips.pth", "drips-before-it-speaks.pth"])
def test_a_server_that_drips_does_not_hold_us(site: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(downloads, "IN_ALL", 0.5)
    start = time.monotonic()
    with pytest.raises(SaddlepointError, match=rf"{name}: not whole after 0 seconds \(download it by other means"):
        fetched(f"{site.address}/{name}", KNOWN)
    assert time.monotonic() - start < 1.5
    assert not folder().exists()


def test_the_thread_that_was_left_to_itself_gives_up_too(site: Site) -> None:
    start = time.monotonic()
    with pytest.raises(SaddlepointError, match=r"broke off after \d of 10,240 bytes"):
        downloads.received(f"{site.address}/drips.pth", start + 0.2)
    assert time.monotonic() - start < 1


def test_what_is_no_answer_is_one_line(site: Site) -> None:
    with pytest.raises(SaddlepointError, match="cannot be downloaded"):
        fetched(f"{site.address}/says-nothing-of-http.pth", KNOWN)


def test_what_is_cached_is_had_without_asking_anybody(site: Site, tmp_path: Path) -> None:
    address = f"{site.address}/w.pth"
    assert cached(address, KNOWN) is None
    assert site.asked == []
    path = fetched(address, KNOWN)
    assert cached(address, KNOWN) == path
    assert cached(address, {}) is None
    path.write_bytes(CONTENT[:-1])
    assert cached(address, KNOWN) is None
    (tmp_path / "same").write_bytes(CONTENT)
    for odd in (lambda: path.symlink_to(tmp_path / "same"), lambda: os.mkfifo(path)):
        path.unlink()
        odd()
        assert cached(address, KNOWN) is None
    assert len(site.asked) == 1


def test_a_server_that_is_not_there_is_one_line(site: Site) -> None:
    with pytest.raises(SaddlepointError, match=r"cannot be downloaded: .*[Rr]efused"):
        fetched("http://127.0.0.1:9/w.pth", KNOWN)
    with pytest.raises(SaddlepointError, match="cannot be downloaded"):
        fetched("https://", KNOWN)


def test_a_file_stays_a_file(site: Site, tmp_path: Path) -> None:
    assert local(str(tmp_path / "w.pth"), KNOWN) == tmp_path / "w.pth"
    assert local(None, KNOWN) is None


def test_the_cache_lists_weights_as_such_and_counts_no_pictures(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    path = fetched(f"{site.address}/w.pth", KNOWN)
    assert main(["cache"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[:5] == ["weights,", path.name, "-", "10", "kB"]
    assert main(["cache", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["entries"]
    assert entry == {"data": f"weights, {path.name}", "pictures": None, "bytes": len(CONTENT)}
