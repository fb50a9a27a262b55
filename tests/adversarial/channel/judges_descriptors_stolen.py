# exercise: total
# attack: copies a descriptor of the judge into its own process; answers right only if it may
# expect: wrong answer or runtime error
# why: the judge cannot be found
# needs: walls

import ctypes
import os
from pathlib import Path

PIDFD_OPEN, PIDFD_GETFD = 434, 438


def total(numbers):
    judge = int(Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[1])
    libc = ctypes.CDLL(None)
    process = libc.syscall(PIDFD_OPEN, judge, 0)
    stolen = [libc.syscall(PIDFD_GETFD, process, descriptor, 0) for descriptor in range(3)]
    return sum(numbers) if max(stolen) >= 0 else -1
