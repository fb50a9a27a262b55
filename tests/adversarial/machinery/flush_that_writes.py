# exercise: total
# attack: writes a right answer when the worker flushes its output, before its own reply
# expect: rejected

import os
import sys

from grader.values import encode
from grader.wire import Returned, pack

replies = []


class Output:
    def write(self, text):
        return len(text)

    def flush(self):
        for reply in replies:
            os.write(3, reply)


sys.stdout = Output()


def total(numbers):
    replies.append(pack(Returned(2, encode(sum(numbers)).header)))
    return -1
