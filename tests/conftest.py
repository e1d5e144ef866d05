"""One thread for each test process: as many may run side by side as there are cores, and equal sums are equal bits."""

import torch

torch.set_num_threads(1)
