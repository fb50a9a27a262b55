# exercise: total
# attack: writes random bytes before its right answer
# expect: rejected or time limit
# why: random lengths may ask for more than ever comes

import os


def total(numbers):
    os.write(3, bytes([0, 0, 0, 16]) + os.urandom(60))
    return sum(numbers)
