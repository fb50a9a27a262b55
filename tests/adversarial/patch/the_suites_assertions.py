# exercise: total
# attack: replaces every comparison of the suite's library, in its own process
# expect: wrong answer

import grader.suite
import grader.suite.contract
import grader.suite.exact


def agree(*_arguments, **_named):
    return None


for module in (grader.suite, grader.suite.exact, grader.suite.contract):
    for name in list(vars(module)):
        if name.startswith(("assert_", "violation", "_difference", "_same")):
            setattr(module, name, agree)


def total(numbers):
    return -123456789
