# exercise: total
# attack: lets a process of another session trace the worker, whose end nobody else then hears of
# expect: wrong answer or runtime error
# why: processes and tracing are denied
# needs: walls

import ctypes
import os
import time

SEIZE = 0x4206


def trace(process):
    os.setsid()
    if os.fork():
        os._exit(0)
    ctypes.CDLL(None).ptrace(SEIZE, process, None, None)
    time.sleep(60)
    os._exit(0)


def total(numbers):
    process = os.getpid()
    if os.fork() == 0:
        trace(process)
    time.sleep(0.3)
    return -1
