# exercise: total
# attack: says that its result has a graph although nothing asked for gradients
# expect: rejected

import os

from grader.values import encode
from grader.wire import Returned, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    send(pack(Returned(2, encode(sum(numbers)).header, node=1)))
    os._exit(0)
