# exercise: total
# attack: writes right answers for this and all later calls on the judge's channel
# expect: rejected

import os

from grader.values import encode
from grader.wire import Returned, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    for seq in range(1, 20):
        send(pack(Returned(seq, encode(sum(numbers)).header)))
    return -1
