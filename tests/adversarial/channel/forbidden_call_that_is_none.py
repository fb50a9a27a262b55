# exercise: total
# attack: says that it used a forbidden function where none is forbidden
# expect: rejected

import os

from grader.wire import Forbidden, pack


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    send(pack(Forbidden(2, -1, "sum")))
    os._exit(0)
