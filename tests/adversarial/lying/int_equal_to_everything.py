# exercise: total
# attack: returns an int that says it equals whatever it is compared with
# expect: wrong answer


class Anything(int):
    __hash__ = int.__hash__

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


def total(numbers):
    return Anything(-123456789)
