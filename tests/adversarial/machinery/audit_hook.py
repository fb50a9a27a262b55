# exercise: total
# attack: refuses, by an audit hook, everything that the worker does after the call
# expect: wrong answer or runtime error
# why: it depends on what the worker does last

import sys


def total(numbers):
    def hook(event, arguments):
        raise SystemExit(0)

    sys.addaudithook(hook)
    return -1
