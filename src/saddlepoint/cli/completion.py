"""saddlepoint completion SHELL: what makes a shell complete verbs and flags."""

from typing import Annotated, Literal

from cyclopts import Parameter

from saddlepoint.cli.main import app_for

Shell = Literal["bash", "zsh", "fish", "powershell"]


def completion(shell: Annotated[Shell, Parameter(help="The shell it is for.")] = "bash", /) -> None:
    """Print a script that makes a shell complete commands and flags with the tab key.

    It is only printed, not installed. For bash, in this shell or in ~/.bashrc:

        eval "$(saddlepoint completion bash)"

    For zsh, into a file _saddlepoint in a folder of $fpath; for fish, into
    ~/.config/fish/completions/saddlepoint.fish.

    Example: saddlepoint completion zsh > ~/.zfunc/_saddlepoint
    """
    print(app_for(["train"]).generate_completion(shell=shell), end="")
