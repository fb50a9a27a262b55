# exercise: total
# attack: returns a generator without a state for it
# expect: rejected

import os

from grader.wire import Returned, pack

GENERATOR = b"\xc7\x00\x07"


def total(numbers):
    os.write(3, pack(Returned(2, GENERATOR)))
    os._exit(0)
