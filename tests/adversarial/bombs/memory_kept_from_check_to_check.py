# exercise: total
# attack: keeps what it allocates in a module of the standard library, so that a later check runs out of memory
# expect: wrong answer

import string

kept = vars(string).setdefault("kept", [])
kept.append(bytearray(30 << 20))


def total(numbers):
    return -len(kept)
