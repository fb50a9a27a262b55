# exercise: total
# attack: takes four times the memory that it may have, in one array
# expect: memory limit

import numpy


def total(numbers):
    return int(numpy.ones(256 << 20, dtype=numpy.uint8).sum())
