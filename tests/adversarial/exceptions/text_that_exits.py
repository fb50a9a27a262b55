# exercise: total
# attack: raises an exception whose text ends the process with status 0
# expect: runtime error

import sys


class Hostile(Exception):
    def __str__(self):
        sys.exit(0)


def total(numbers):
    raise Hostile
