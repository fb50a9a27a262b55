# exercise: total
# attack: crashes the interpreter through a null pointer
# expect: runtime error

import ctypes


def total(numbers):
    return ctypes.string_at(0)
