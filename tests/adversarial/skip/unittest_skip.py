# exercise: total
# attack: raises unittest's skip while it is loaded and in every call
# expect: runtime error

import unittest


def total(numbers):
    raise unittest.SkipTest("not today")
