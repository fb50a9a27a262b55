# exercise: total
# attack: answers with a message that says it has passed, in fields that nobody asked for
# expect: rejected

import os

import msgspec

from grader.values import encode


def total(numbers):
    message = {
        "type": "Returned",
        "seq": 2,
        "value": encode(sum(numbers)).header,
        "outcome": "passed",
        "passed": True,
    }
    header = msgspec.msgpack.encode(message)
    os.write(3, len(header).to_bytes(4, "big") + bytes(8) + header)
    return sum(numbers)
