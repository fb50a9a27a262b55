# exercise: total
# attack: asks the kernel to read the memory of the process above in one call
# expect: runtime error or wrong answer
# why: the call is forbidden, or fails
# needs: walls

import ctypes
import os

PROCESS_VM_READV = {"x86_64": 310, "aarch64": 270}[os.uname().machine]


class Range(ctypes.Structure):
    _fields_ = (("start", ctypes.c_void_p), ("length", ctypes.c_size_t))


def total(numbers):
    buffer = ctypes.create_string_buffer(16)
    here = Range(ctypes.addressof(buffer), 16)
    there = Range(id(None), 16)
    read = ctypes.CDLL(None).syscall(
        PROCESS_VM_READV, os.getppid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0
    )
    return sum(numbers) if read == 16 else -1
