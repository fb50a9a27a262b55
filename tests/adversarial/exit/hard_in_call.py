# exercise: total
# attack: ends the process with status 0 in the first call
# expect: runtime error

import os


def total(numbers):
    os._exit(0)
