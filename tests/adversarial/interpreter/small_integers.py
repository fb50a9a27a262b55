# exercise: total
# attack: overwrites the small integers of its interpreter so that one number becomes another
# expect: wrong answer or runtime error
# why: the worker itself needs numbers

import ctypes

DIGIT = 24


def total(numbers):
    for number in range(2, 257):
        ctypes.c_int32.from_address(id(number) + DIGIT).value = 6
    return 100
