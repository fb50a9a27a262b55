# exercise: total
# attack: writes tuples nested a thousand deep, each of which the judge decodes on its own
# expect: rejected

import os

import msgspec

from grader.wire import Returned, pack

TUPLE = 1


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    value = b"\xc0"
    for _ in range(1000):
        value = msgspec.msgpack.encode(msgspec.msgpack.Ext(TUPLE, b"\x91" + value))
    send(pack(Returned(2, value)))
    os._exit(0)
