# exercise: total
# attack: replaces the builtins that comparisons use, in its own process
# expect: rejected or runtime error or wrong answer
# why: the worker itself needs some of them, also to write its frames

import builtins


def total(numbers):
    builtins.sum = builtins.len = builtins.max = lambda *_: 0
    builtins.isinstance = builtins.all = builtins.any = lambda *_: True
    return -123456789
