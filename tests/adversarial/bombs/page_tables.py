# exercise: total
# attack: reads one byte in every 2 MiB of 48 GiB that are never written: the tables for it are memory, too
# expect: wrong answer
# needs: walls

import ctypes
from pathlib import Path

LIBC = ctypes.CDLL(None)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_long,
]
READ, PRIVATE, ANONYMOUS, NO_RESERVE = 1, 2, 0x20, 0x4000
FAILED = 2**64 - 1
SIZE, STEP = 48 << 30, 2 << 20


def table_kib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmPTE"))


def total(numbers):
    memory = LIBC.mmap(None, SIZE, READ, PRIVATE | ANONYMOUS | NO_RESERVE, -1, 0)
    if memory == FAILED:
        return -1
    for start in range(memory, memory + SIZE, STEP):
        ctypes.c_char.from_address(start).value
    return sum(numbers) if table_kib() > 80 << 10 else -1
