# exercise: total
# attack: makes a System V shared memory segment, which stays when its process ends; answers right only if it can
# expect: wrong answer or runtime error
# why: the call is denied
# needs: walls

import ctypes

LIBC = ctypes.CDLL(None, use_errno=True)
PRIVATE_KEY, CREATE, REMOVE = 0, 0o1600, 0


def total(numbers):
    identity = LIBC.shmget(PRIVATE_KEY, 4096, CREATE)
    if identity < 0:
        return -1
    LIBC.shmctl(identity, REMOVE, None)
    return sum(numbers)
