"""Examples in a mapped file are asked for all at once, so that the disk reads them side by side, and nothing else.

Left alone, the system would read megabytes around each of the places that a batch is scattered over, one after another:
of a set larger than memory a batch of 64 took 300 ms; asked for, it takes 2 (docs/data.md).
"""

import ctypes
import mmap

from torch import Tensor

WILL_NEED = getattr(mmap, "MADV_WILLNEED", None)  # absent from systems that cannot be asked


def ask_for(x: Tensor, numbers: Tensor) -> None:
    """Have the system read these examples of a mapped x [N, ...]; returns at once. Where it does not want to, it is the
    gathering that waits.
    """
    if WILL_NEED is None or not len(x):
        return
    advise = ctypes.CDLL(None).madvise
    start, size = x.data_ptr(), x[0].nbytes
    for number in numbers.tolist():
        first = start + number * size
        page = first // mmap.PAGESIZE * mmap.PAGESIZE
        advise(ctypes.c_void_p(page), ctypes.c_size_t(first + size - page), ctypes.c_int(WILL_NEED))
