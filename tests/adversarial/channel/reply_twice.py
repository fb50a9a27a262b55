# exercise: total
# attack: writes its right answer once more than it was asked
# expect: rejected

import os

from grader.values import encode
from grader.wire import Returned, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    send(pack(Returned(2, encode(sum(numbers)).header)))
    return sum(numbers)
