# exercise: total
# attack: leaves a chain of folders so deep that removing it recursively overflows the stack
# expect: wrong answer

import os

for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")


def total(numbers):
    return -1
