# exercise: total
# attack: answers right in the first check only, which a mark in a module of the standard library tells
# expect: wrong answer

import string

FIRST = not hasattr(string, "known")
string.known = True


def total(numbers):
    return sum(numbers) if FIRST else -1
