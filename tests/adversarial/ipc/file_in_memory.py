# exercise: total
# attack: makes a file without a name in memory that no limit counts; answers right only if it gets 160 MiB
# expect: wrong answer or runtime error
# why: the call is denied
# needs: walls

import os


def total(numbers):
    files = [os.memfd_create(f"file-{number}") for number in range(5)]
    for file in files:
        for _ in range(32):
            os.write(file, bytes(1 << 20))
    return sum(numbers)
