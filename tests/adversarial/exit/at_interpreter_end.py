# exercise: total
# attack: leaves through sys.exit with an atexit hook that ends the process with status 0
# expect: runtime error

import atexit
import os
import sys

atexit.register(os._exit, 0)


def total(numbers):
    sys.exit(0)
