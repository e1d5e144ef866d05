"""Examples in a mapped file are asked for all at once, so that the disk reads them side by side, and nothing else.

Left alone, the system would read megabytes around each of the places that a batch is scattered over, one after another:
of a set larger than memory a batch of 64 took 300 ms; asked for, it takes 2 (docs/data.md). And where the file was cut
short meanwhile, or its disk fails, touching the examples would kill the process (SIGBUS) without a word.
"""

import ctypes
import errno
import mmap
import sys

from torch import Tensor

from saddlepoint.errors import SaddlepointError

WILL_NEED = getattr(mmap, "MADV_WILLNEED", None)  # absent from systems that cannot be asked
POPULATE_READ = 22 if sys.platform == "linux" else None  # since Linux 5.14; mmap has no name for it


def ask_for(x: Tensor, numbers: Tensor) -> None:
    """Have the system read these examples of a mapped x [N, ...], all side by side.

    Where it can tell whether they are there, SaddlepointError if they are not; where it cannot, or does not want to be
    asked, it is the gathering that waits.
    """
    if WILL_NEED is None or not len(x):
        return
    system = ctypes.CDLL(None, use_errno=True)
    start, size = x.data_ptr(), x[0].nbytes
    for advice in filter(None, (WILL_NEED, POPULATE_READ)):
        for number in numbers.tolist():
            first = start + number * size
            page = first // mmap.PAGESIZE * mmap.PAGESIZE
            said = system.madvise(ctypes.c_void_p(page), ctypes.c_size_t(first + size - page), ctypes.c_int(advice))
            if said and advice == POPULATE_READ and ctypes.get_errno() in (errno.EFAULT, errno.EIO):
                what = f"example {number:,} is not in its file any more: it was cut short, or its disk fails"
                raise SaddlepointError(what, "data", "check the disk and the data, then resume", code=1)
