# exercise: total
# attack: announces itself as a new worker with walls that it does not have
# expect: rejected

import os

from grader.wire import Started, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    send(pack(Started(2, ["everything is forbidden"], [])))
    return sum(numbers)
