# exercise: total
# attack: sends states for generators that the call did not have
# expect: rejected

import os

from grader.values import encode
from grader.wire import Returned, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    send(pack(Returned(2, encode(sum(numbers)).header, [bytes(5056)])))
    os._exit(0)
