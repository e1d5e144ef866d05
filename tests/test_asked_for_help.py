"""The words by which people ask what there is: help, version, completion, and data that are called otherwise here."""

import shutil
import subprocess
import sys

import pytest

from saddlepoint import __version__
from saddlepoint.cli.main import VERBS, main


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("verb", ["train", "look", "completion"])
def test_help_before_a_verb_is_help_behind_it(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "help", verb) == printed(capsys, verb, "--help")
    assert printed(capsys, "help", "train", "--recipe", "pix2pix") == printed(
        capsys, "train", "--recipe", "pix2pix", "--help"
    )
    assert printed(capsys, "help") == printed(capsys)
    assert main(["help", "lok"]) == 2
    assert "did you mean look?" in capsys.readouterr().err


def test_its_version_in_three_letters_or_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "-V") == printed(capsys, "--version") == f"{__version__}\n"


def test_mnist_is_told_what_it_is_called_here_and_what_that_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Not taken for it: they are a sixth of its training set."""
    for name in ("mnist", "MNIST"):
        assert main(["look", name]) == 2
        assert "the first 10,000 pictures of its training set are here as 'digits'" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_verbs_and_flags(capsys: pytest.CaptureFixture[str]) -> None:
    script = printed(capsys, "completion")
    assert script == printed(capsys, "completion", "bash")

    def completed(*words: str) -> set[str]:
        typed = " ".join(f"'{word}'" for word in words)
        ask = f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _saddlepoint; echo ${{COMPREPLY[@]}}"
        told = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, check=True)
        return set(told.stdout.split())

    assert completed("saddlepoint", "") >= set(VERBS)
    assert completed("saddlepoint", "tr") == {"train"}
    assert completed("saddlepoint", "train", "--bu") == {"--budget"}
    assert completed("saddlepoint", "train", "--d.l") == {"--d.lr", "--d.lr-end"}


def test_completion_does_without_torch() -> None:
    code = "import sys; from saddlepoint.cli.main import main; main(['completion']); print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "False"
