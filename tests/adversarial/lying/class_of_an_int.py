# exercise: total
# attack: returns an object that says its class is int and that it equals everything
# expect: wrong answer


class Anything:
    __class__ = property(lambda self: int)

    def __eq__(self, other):
        return True

    def __index__(self):
        return 0

    __hash__ = None


def total(numbers):
    return Anything()
