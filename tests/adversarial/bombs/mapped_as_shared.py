# exercise: total
# attack: takes four times its memory as shared memory, which RLIMIT_DATA does not count; right only if it gets it
# expect: wrong answer
# needs: walls

import ctypes

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
READ, WRITE, PRIVATE, SHARED, GROWS_DOWN, ANONYMOUS = 1, 2, 2, 1, 0x100, 0x20
FAILED = 2**64 - 1
SIZE = 256 << 20


def total(numbers):
    memory = LIBC.mmap(None, SIZE, READ | WRITE, SHARED | ANONYMOUS, -1, 0)
    if memory == FAILED:
        return -1
    ctypes.memset(memory, 1, SIZE)
    return sum(numbers)
