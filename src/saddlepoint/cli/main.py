"""The command line: verbs and one noun. A verb's module is imported when it is used, torch when there is work."""

import io
import os
import re
import sys
import time
from typing import TYPE_CHECKING

from saddlepoint.cli.began import BEGUN
from saddlepoint.errors import SaddlepointError, in_a_shell, plain

if TYPE_CHECKING:
    from cyclopts import App

VERBS = {
    "demo": "Train on the handwritten digits in this package, for two minutes.",
    "look": "See what is in a data set, and what training on it would take.",
    "recipes": "List the recipes: what each takes, and what it makes.",
    "train": "Train a model on data.",
    "resume": "Continue a run where it stopped.",
    "sample": "Draw examples from a trained model.",
    "apply": "Give pictures to a trained model: translate, enlarge, repair, rebuild.",
    "judge": "Judge a run's samples, or a folder's, against real ones.",
    "compare": "Is one run better than another, or is it noise?",
    "doctor": "What is wrong with a run, and what to change.",
    "score": "What a run's discriminator thinks of pictures.",
    "probe": "What a run has learned about the classes, by a linear classifier.",
    "neighbours": "Train all kinds of models for the same time, and compare them.",
    "runs": "List the runs in a folder.",
    "report": "Write a run's report again.",
    "cache": "Show or clear the cache of decoded data.",
    "theory": "Run an experiment on a theorem.",
    "completion": "Print a script that completes commands and flags in a shell.",
}
"""Each is the function of its name in the module of its name."""

ALWAYS = {
    "--help, -h": "Say what a command does, with an example.",
    "--system FILE": "Load a system of your own, to open its runs.",
    "--debug": "Show where an error happened.",
    "--version, -V": "Print the version.",
}

HELP = ("--help", "-h")

PAGE = """Generative adversarial networks: train one on your data, judge it, use it."""


@in_a_shell()
def main(tokens: list[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 (a fault), 2 (the request), 3 (given up), 130 or 143 (stopped)."""
    BEGUN.set(time.monotonic())
    tokens = sys.argv[1:] if tokens is None else tokens
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal of few letters cannot show is spelt out: \\u015f
            stream.reconfigure(errors="backslashreplace")
    debug = "--debug" in tokens
    tokens = [dashed(token) for token in tokens if token != "--debug"]
    try:
        return run(with_systems(tokens))
    except KeyboardInterrupt:
        return complain("stopped", debug, 130)
    except BrokenPipeError:  # the reader of a pipe has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SaddlepointError as error:
        return complain(str(error), debug, error.code)
    except Exception as error:
        if out_of_memory(error):
            hint = "use smaller or fewer examples, or a smaller network or batch"
            return complain(f"memory ran out: {str(error)[:80]} ({hint})", debug, 1)
        if theirs := by_their_system(error):
            return complain(str(theirs), debug, theirs.code)
        return complain(f"{type(error).__name__}: {' '.join(str(error).split())} (add --debug to see where)", debug, 1)


def with_systems(tokens: list[str]) -> list[str]:
    """The words without --system FILE, each of which takes a user's own system into use."""
    rest: list[str] = []
    words = iter(tokens)
    for token in words:
        name, _, file = token.partition("=")
        if name != "--system":
            rest.append(token)
            continue
        if not (file := file or next(words, "")):
            raise SaddlepointError("needs a value", "--system", "the file of your own system, as ./mine.py")
        from saddlepoint.systems import theirs

        theirs.use(file)
    return rest


def out_of_memory(error: Exception) -> bool:
    """Whether this is how Python, numpy or torch say that memory ran out."""
    return isinstance(error, MemoryError) or any(text in str(error) for text in ("allocate memory", "out of memory"))


def by_their_system(error: Exception) -> SaddlepointError | None:
    """The exception in one line with its place, where it came up in a user's own system."""
    theirs = sys.modules.get("saddlepoint.systems.theirs")
    return theirs.guilty(error) if theirs else None


def dashed(token: str) -> str:
    """A flag with dashes where it was typed with underscores, as names are in files."""
    return re.sub(r"^--[^=]*", lambda name: name[0].replace("_", "-"), token)


def complain(line: str, debug: bool, code: int) -> int:
    """One plain line on standard error; with --debug, the traceback before it."""
    if debug:
        import traceback

        print(*map(plain, traceback.format_exc().splitlines()), sep="\n", file=sys.stderr)
    print("saddlepoint:", plain(line), file=sys.stderr)
    return code


def run(tokens: list[str]) -> int:
    if tokens[:1] == ["help"] and len(tokens) > 1:
        tokens = [*tokens[1:], "--help"]
    if not tokens or tokens in ([HELP[0]], [HELP[1]], ["help"]):
        page()
        return 0
    if tokens[0] == "train" and any(word in tokens for word in HELP):  # derived from the settings, faster than parsed
        from saddlepoint.cli.manual import manual

        manual(tokens)
        return 0
    from cyclopts import CycloptsError

    from saddlepoint.cli.refusals import refusal

    try:
        code = app_for(tokens)(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        raise refusal(error, tokens, VERBS) from error
    return code or 0


def app_for(tokens: list[str]) -> "App":
    """All verbs as cyclopts has them; `train` with the flags of the recipe that these words name, if it is meant."""
    from cyclopts import App

    from saddlepoint import __version__
    from saddlepoint.cli.flags import ARGUMENTS, FLAGS
    from saddlepoint.cli.help import Compact

    app = App(
        name="saddlepoint",
        version=__version__,
        version_flags=("--version", "-V"),
        help_format="plaintext",
        help_formatter=Compact(),
        group_arguments=ARGUMENTS,
        group_parameters=FLAGS,
        suppress_keyboard_interrupt=False,
    )
    for verb in VERBS:
        if verb != "train":
            app.command(f"saddlepoint.cli.{verb}:{verb}", name=verb)
    if tokens[0] == "train":  # whose flags depend on the recipe
        from saddlepoint.cli.train import command

        app.command(command(tokens), name="train")
    return app


def page() -> None:
    """The first page, written without cyclopts: it answers at once."""
    from saddlepoint.cli.help import heading, rows

    print(PAGE, "", heading("Usage:") + " saddlepoint COMMAND ...", "", heading("Commands"), sep="\n")
    print(*rows(VERBS.items()), "", heading("With every command"), sep="\n")
    print(
        *rows(ALWAYS.items()),
        sep="\n",
    )
    print("", "Example: saddlepoint train digits --budget 10m", sep="\n")
