# exercise: total
# attack: answers a call with the message that everything is loaded
# expect: rejected

import os

from grader.wire import Loaded, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    send(pack(Loaded(2, [])))
    return sum(numbers)
