# exercise: total
# attack: returns the right number as a numpy scalar, which equals the int
# expect: wrong answer

import numpy


def total(numbers):
    return numpy.int64(sum(numbers))
