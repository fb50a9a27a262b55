# exercise: total
# attack: lifts the bound on results, which is the worker's too, and returns more lists than it allows
# expect: rejected

from grader import values

values.check_extent = lambda _header: None


def total(numbers):
    return [[]] * 210_000
