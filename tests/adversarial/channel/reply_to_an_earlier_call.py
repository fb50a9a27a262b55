# exercise: total
# attack: answers a call that has long been answered
# expect: rejected

import os

from grader.values import encode
from grader.wire import Returned, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    send(pack(Returned(1, encode(sum(numbers)).header)))
    return sum(numbers)
