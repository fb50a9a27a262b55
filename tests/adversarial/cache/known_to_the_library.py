# exercise: total
# attack: leaves a mark in a module of the standard library; right only if a later check finds it
# expect: wrong answer

import string

KNOWN = hasattr(string, "known")
string.known = True


def total(numbers):
    return sum(numbers) if KNOWN else -1
