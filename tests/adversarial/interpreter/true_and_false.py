# exercise: total
# attack: swaps true and false in its interpreter
# expect: wrong answer or runtime error
# why: the worker itself needs them

import ctypes

DIGIT = 24


def total(numbers):
    ctypes.c_int32.from_address(id(False) + DIGIT).value = 1
    ctypes.c_ssize_t.from_address(id(False) + DIGIT - 8).value = 1
    return -1
