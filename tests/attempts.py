"""Opening what means ill: a verb of the command line in a forked process, watched. See `hostile` for what is opened.

A verb comes through where it ends by itself within 10 seconds of work and below 2 GB, says what it says in plain lines
without a traceback or the name of an exception, executes nothing, asks nobody on the network, and leaves the victim's
own folder as it was.
"""

import contextlib
import hashlib
import os
import re
import resource
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from saddlepoint.cli.main import main

SECONDS, LATEST, MEMORY = 10, 60, 2 << 20  # of the processor, by the clock on the wall, kilobytes
ADDRESSES = 12 << 30  # bytes of address space: what would take more than this machine has ends as an error
RAW = re.compile(r"Traceback|^saddlepoint: (\w+\.)*\w*(Error|Exception|Warning|Finite)\b", re.M)


class Attempt(NamedTuple):
    """How it went: empty `wrong` where well."""

    wrong: str
    seconds: float
    megabytes: float
    said: str


class Victim:
    """A folder to work in, beside it one of the victim's own; what is executed, or asked on the network, leaves a
    mark.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.precious, self.mark = root, root / "precious", root / "mark"
        self.precious.mkdir(parents=True)
        (self.precious / "photo.png").write_bytes(b"the only copy")
        (self.precious / "kept.saddlepoint.tmp").write_bytes(b"the only copy")
        (self.precious / "000000001").mkdir()
        (self.precious / "000000001/manifest.json").write_bytes(b"{}")
        (root / "here").mkdir()
        (root / "bin").mkdir()
        for program in ("gs", "gswin64c", "convert", "ffmpeg", "sh-mark"):
            (root / "bin" / program).write_text('#!/bin/sh\ntouch "$MARK"\n')
            (root / "bin" / program).chmod(0o755)
        self.before = self.digest()

    def digest(self) -> str:
        """Of all that is the victim's own."""
        found = hashlib.sha256()
        for path in sorted(self.precious.rglob("*")):
            found.update(f"{path.relative_to(self.precious)} {path.lstat().st_mode}\n".encode())
            found.update(path.read_bytes() if path.is_file() else b"")
        return found.hexdigest()

    def attempt(self, words: list[str]) -> Attempt:
        """The verb, in a process of its own."""
        out = self.root / "said"
        start = time.monotonic()
        if not (pid := os.fork()):
            os._exit(self.act(words, out))
        status, usage, late = waited(pid)
        said = out.read_text("utf-8", "backslashreplace")
        code = os.waitstatus_to_exitcode(status)
        wrong = [
            "took too long" * late,
            f"ended with {code}" * (code not in (0, 1, 2, 3) and not late),
            f"took {usage / 1024:.0f} MB" * (usage > MEMORY),
            "said what is not plain" * any(not line.isprintable() for line in said.split("\n")),
            "was raw" * bool(RAW.search(said)),
            "executed or asked something" * self.mark.exists(),
            "changed what it should not" * (self.digest() != self.before),
        ]
        self.mark.unlink(missing_ok=True)
        return Attempt(", ".join(filter(None, wrong)), time.monotonic() - start, usage / 1024, said)

    def act(self, words: list[str], out: Path) -> int:
        """In the child: the command, with what it says kept in a file."""
        code = 99
        with contextlib.suppress(BaseException):
            os.chdir(self.root / "here")
            os.environ |= {"PATH": f"{self.root / 'bin'}:{os.environ['PATH']}", "MARK": str(self.mark), "COLUMNS": "80"}
            os.environ["SADDLEPOINT_CACHE"] = str(self.root / "cache")
            socket.getaddrinfo = socket.socket.connect = self.asked  # pyright: ignore
            resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            with out.open("w", encoding="utf-8", errors="backslashreplace") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
                with contextlib.redirect_stdout(file), contextlib.redirect_stderr(file):
                    code = main(words)
        return code

    def asked(self, *where: object) -> None:
        self.mark.touch()
        raise OSError("no network")


def waited(pid: int) -> tuple[int, int, bool]:
    """(status, kilobytes at most, whether it worked too long, or had to be killed)."""
    end, late = time.monotonic() + LATEST, False
    while not late:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return status, usage.ru_maxrss, usage.ru_utime + usage.ru_stime > SECONDS
        late = time.monotonic() > end
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return status, usage.ru_maxrss, True


def verbs_of_a_run(run: Path, honest: Path, picture: Path) -> Iterator[tuple[str, list[str]]]:
    """(verb, words) of all that can be done with a run."""
    yield "runs", ["runs", str(run.parent)]
    yield "resume", ["resume", str(run)]
    yield "report", ["report", str(run)]
    yield "doctor", ["doctor", str(run)]
    yield "compare", ["compare", str(run), str(honest)]
    yield "judge", ["judge", str(run), "-n", "40"]
    yield "score", ["score", str(run), str(picture)]
    yield "sample", ["sample", str(run), "-n", "4"]
    yield "walk", ["sample", str(run), "--walk", "2"]
    yield "apply", ["apply", str(run), str(picture), "--force"]
    yield "train --from", ["train", "tiny", "--from", str(run), "--images", "12", "--batch", "6", "--root", "begun"]
    yield "train --config", ["train", "tiny", "--config", str(run / "config.json"), "--dry-run"]


def verbs_of_data(data: Path, run: Path) -> Iterator[tuple[str, list[str]]]:
    """(verb, words) of all that reads data."""
    yield "look", ["look", str(data)]
    yield "train", ["train", str(data), "--images", "12", "--batch", "2", "--root", "begun"]
    yield "judge", ["judge", str(data), str(data)]
    yield "apply", ["apply", str(run), str(data), "--force"]
    yield "score", ["score", str(run), str(data)]
