# exercise: total
# attack: raises the exception by which the judge itself ends a check, with the outcome `passed`
# expect: runtime error

from grader.judge.stopped import Stopped


def total(numbers):
    raise Stopped("passed", "accepted")
