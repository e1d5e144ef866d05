"""Thirty requests with a slip of the finger or of memory, and what each refusal has to name."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator

from crashes import Trial

SLIPS = {
    "--recip dcgan": "did you mean --recipe?",
    "--recipe dcgam": "did you mean dcgan?",
    "--recipe modrn": "did you mean modern?",
    "--buget 10m": "did you mean --budget?",
    "--budget 10q": "such as 90s, 10m, 1h30m",
    "--lr 0": "--lr: must be more than 0",
    "--lr fast": "--lr: 'fast' is not a number",
    "--g.lrr 1e-4": "did you mean --g.lr?",
    "--g.network.widht 32": "did you mean --g.network.width?",
    "--g.optimizer adam": "did you mean --g.optimiser?",
    "--d.optimiser adma": "did you mean adam?",
    "--betas 0,.99": "did you mean --g.betas?",
    "--g.betas 0,1.5": "--g.betas: must be less than 1",
    "--g.betas 0": "--g.betas: the number of values is wrong",
    "--batchsize 64": "did you mean --batch?",
    "--batch 0": "--batch: must be at least 2",
    "--batch 6.5": "--batch: '6.5' is not a whole number",
    "--objectiv hinge": "did you mean --objective?",
    "--objective hing": "did you mean hinge?",
    "--k 0": "--k: must be at least 1",
    "--r1 -1": "--r1: must be at least 0",
    "--penalty-evry 4": "did you mean --penalty-every?",
    "--range singed": "did you mean signed?",
    "--device gpu": "did you mean cuda?",
    "--engine.precision float16": "did you mean bfloat16?",
    "--engine.thread 2": "did you mean --engine.threads?",
    "--data.held-out 0.9": "--data.held-out: must be less than 0.5",
    "--averges 1000": "did you mean --averages?",
    "--g.network.kind resnet": "did you mean residual?",
    "--lr 1e-4 --lr 1e-3": "--lr: given twice",
}
HEAVY = 90  # what a process ends with that imported torch, or opened the data
PROGRAM = f"""
import sys
from saddlepoint.cli.main import main
code = main(sys.argv[1:])
sys.exit({HEAVY} if "torch" in sys.modules or "saddlepoint.data.sources" in sys.modules else code)
"""


def refused(slips: dict[str, str]) -> Iterator[Trial]:
    """Each in a process of its own: 2, one line naming what was meant, under a second of work, no torch, no data."""
    for words, expected in slips.items():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-c", PROGRAM, "train", "digits", *words.split()]
        done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        lines = done.stderr.strip().splitlines()
        passed = done.returncode == 2 and len(lines) == 1 and expected in lines[0] and seconds < 1
        yield Trial(passed, f"{words}: {done.returncode} in {seconds:.2f} s: {done.stderr.strip()}")
