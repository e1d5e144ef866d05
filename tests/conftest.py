"""One thread for each test process: as many may run side by side as there are cores, and equal sums are equal bits."""

import os
import tempfile

import torch

from saddlepoint import errors
from saddlepoint.planning import budget
from saddlepoint.running import finish

torch.set_num_threads(1)
errors._shell = True  # messages are looked at as the command line has them; `test_front.py` has those of programs

CACHE = tempfile.TemporaryDirectory(prefix="saddlepoint-tests-")  # of each process its own, and gone with it
os.environ["SADDLEPOINT_CACHE"] = CACHE.name

# A run's last page is judged by fewer samples: what is looked at in most tests is that it is, and of what. How many a
# user's are judged by is `test_chosen.py`'s.
WHOLE = finish.WHOLE
finish.WHOLE = finish.Effort(samples=200, protocol=500)
budget.SECONDS = 0.05  # that a machine's speed is measured for: no test believes it
