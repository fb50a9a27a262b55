# exercise: total
# attack: opens 300 files at once; answers right only if it can
# expect: runtime error
# why: the system call fails

import os


def total(numbers):
    for _ in range(300):
        os.open(os.devnull, os.O_RDONLY)
    return sum(numbers)
