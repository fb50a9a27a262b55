# exercise: total
# attack: grows its own stack, which RLIMIT_DATA does not count, far beyond its memory; right only if it can
# expect: wrong answer or runtime error
# why: the stack may be bounded already, then the process crashes

import ctypes
import resource
from pathlib import Path

SIZE = 100 << 20


def total(numbers):
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (hard, hard))
    lines = Path("/proc/self/maps").read_text().splitlines()
    start = next(int(line.partition("-")[0], 16) for line in lines if line.endswith("[stack]"))
    ctypes.memset(start - SIZE, 1, SIZE)
    return sum(numbers)
