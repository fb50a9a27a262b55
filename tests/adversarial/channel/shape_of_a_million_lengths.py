# exercise: total
# attack: describes an array by a million lengths, whose product takes the judge hours
# expect: rejected

import os

import msgspec
import numpy

from grader.values import Form, join
from grader.wire import Returned, pack

ARRAY = 5


def send(data):
    while data:
        data = data[os.write(3, data) :]


def total(numbers):
    form = msgspec.msgpack.encode(Form("uint8", [2**64 - 1] * 1_000_000))
    value = msgspec.msgpack.encode(msgspec.msgpack.Ext(ARRAY, form))
    send(pack(Returned(2, value), join([numpy.zeros(1, numpy.uint8)])))
    os._exit(0)
