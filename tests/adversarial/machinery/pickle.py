# exercise: total
# attack: returns an object that would run code of its own if anybody unpickled or copied it
# expect: wrong answer

import copyreg
import os


class Hostile(int):
    def __reduce_ex__(self, protocol):
        return os._exit, (0,)

    __copy__ = __deepcopy__ = lambda self, *_: os._exit(0)


copyreg.pickle(int, lambda value: (os._exit, (0,)))


def total(numbers):
    return Hostile(sum(numbers))
