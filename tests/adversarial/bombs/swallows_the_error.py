# exercise: total
# attack: takes memory until none is left, swallows the error and answers right with the rest
# expect: memory limit or time limit or runtime error or wrong answer
# why: what goes on without memory fails anywhere

import sys

hoard = []


def total(numbers):
    try:
        while True:
            hoard.append(bytearray(1 << 20))
    except MemoryError:
        held = sum(map(sys.getsizeof, hoard))
        hoard.clear()
    return sum(numbers) if held > 256 << 20 else -1
