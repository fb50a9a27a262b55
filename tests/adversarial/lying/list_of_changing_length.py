# exercise: total
# attack: returns a list whose length, items and order depend on who looks
# expect: wrong answer


class Chameleon(list):
    def __len__(self):
        return 1

    def __iter__(self):
        return iter([0])

    def __getitem__(self, index):
        return 0

    def __eq__(self, other):
        return True

    __hash__ = None


def total(numbers):
    return Chameleon([1, 2, 3])
