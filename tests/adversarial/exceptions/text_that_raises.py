# exercise: total
# attack: raises an exception whose text raises another one
# expect: runtime error


class Hostile(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__


def total(numbers):
    raise Hostile
