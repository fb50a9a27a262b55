# exercise: total
# attack: rewrites, by a trace function, the local variables of every frame that knows a judge's word
# expect: wrong answer

import ctypes
import sys
import threading


def rewrite(frame, event, argument):
    for name in ("outcome", "passed", "mutated", "expected", "changed"):
        if name in frame.f_locals:
            frame.f_locals[name] = True
            ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
    return rewrite


sys.settrace(rewrite)
sys.setprofile(rewrite)
threading.settrace(rewrite)


def total(numbers):
    return -1
