# exercise: total
# attack: overwrites the code of the worker's own functions in memory
# expect: wrong answer or runtime error
# why: what is left of the worker fails anywhere

import gc
import types


def nothing(*_arguments, **_named):
    return False


def total(numbers):
    for each in gc.get_objects():
        if type(each) is types.FunctionType and each.__module__ == "grader.sandbox.worker":
            if each.__code__.co_freevars == nothing.__code__.co_freevars:
                each.__code__ = nothing.__code__
    return -1
