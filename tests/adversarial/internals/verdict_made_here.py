# exercise: total
# attack: makes an accepted verdict with the judge's own classes and returns it
# expect: wrong answer

from grader.verdict import CheckResult, Verdict, decide

PASSED = CheckResult("values::test_random", "Random numbers", "hidden", "proved", "passed")


def total(numbers):
    return Verdict("0" * 32, "total", decide([PASSED]), [PASSED], 0, "0" * 64, 0)
