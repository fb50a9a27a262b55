# exercise: total
# attack: replaces itself by a program that ends with status 0
# expect: runtime error

import os
import sys


def total(numbers):
    os.set_inheritable(3, True)
    os.execv(sys.executable, [sys.executable, "-c", "raise SystemExit(0)"])
