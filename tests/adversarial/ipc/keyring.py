# exercise: total
# attack: puts a key into the keyring of its user, which stays when its process ends; answers right only if it can
# expect: wrong answer or runtime error
# why: the call is denied
# needs: walls

import ctypes
import os

ADD_KEY, KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
USER_KEYRING, UNLINK = ctypes.c_long(-4), 9


def total(numbers):
    libc = ctypes.CDLL(None)
    key = libc.syscall(ADD_KEY, b"user", b"adversarial-probe", b"answer", ctypes.c_size_t(6), USER_KEYRING)
    if key < 0:
        return -1
    libc.syscall(KEYCTL, UNLINK, ctypes.c_long(key), USER_KEYRING)
    return sum(numbers)
