# exercise: total
# attack: writes half of a right answer and ends the process with status 0
# expect: runtime error

import os

from grader.values import encode
from grader.wire import Returned, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    reply = pack(Returned(2, encode(sum(numbers)).header))
    send(reply[: len(reply) // 2])
    os._exit(0)
