"""One thread for each test process: as many may run side by side as there are cores, and equal sums are equal bits."""

import os
import tempfile

import torch

torch.set_num_threads(1)

CACHE = tempfile.TemporaryDirectory(prefix="saddlepoint-tests-")  # of each process its own, and gone with it
os.environ["SADDLEPOINT_CACHE"] = CACHE.name
