# exercise: total
# attack: writes a right answer from destructors and weak references, after its wrong one
# expect: rejected or wrong answer
# why: two replies to one request are a forgery

import os
import weakref

from grader.values import encode
from grader.wire import Returned, pack


class LastWords:
    def __init__(self, reply):
        self.reply = reply
        weakref.finalize(self, os.write, 3, reply)

    def __del__(self):
        os.write(3, self.reply)


def total(numbers):
    LastWords(pack(Returned(2, encode(sum(numbers)).header)))
    return -1
