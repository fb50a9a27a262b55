# exercise: total
# attack: returns the answer to its first call for ever, whatever the list is
# expect: wrong answer

import functools


class Same(list):
    def __hash__(self):
        return 0

    def __eq__(self, other):
        return True


@functools.cache
def answer(numbers):
    return sum(numbers)


def total(numbers):
    return answer(Same(numbers))
