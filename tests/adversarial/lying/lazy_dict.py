# exercise: total
# attack: returns a dict whose items come into being when they are asked for
# expect: wrong answer


class Lazy(dict):
    def __missing__(self, key):
        return 0

    def items(self):
        while True:
            yield "key", 0


def total(numbers):
    return Lazy()
