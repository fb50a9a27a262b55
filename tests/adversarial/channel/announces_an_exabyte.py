# exercise: total
# attack: announces a message of 2**64 - 1 bytes, for which the judge must not wait or make room
# expect: rejected

import os


def total(numbers):
    os.write(3, b"\xff" * 12)
    return sum(numbers)
