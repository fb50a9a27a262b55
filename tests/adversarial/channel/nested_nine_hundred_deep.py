# exercise: total
# attack: writes lists nested deeper than any honest value, to overflow the judge's stack
# expect: rejected or wrong answer
# why: the depth is refused, or the value is no sum

import os

from grader.wire import Returned, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    send(pack(Returned(2, b"\x91" * 900 + b"\xc0")))
    os._exit(0)
