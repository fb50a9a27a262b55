# exercise: total
# attack: takes the numbers out of its list, reports that it has not, and accepts None
# expect: wrong answer

import sys


def total(numbers):
    sys.modules["grader.sandbox.worker"]._changed = lambda *_: False
    result = 0
    while numbers:
        result += numbers.pop()
    return result
