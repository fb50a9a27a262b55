# exercise: total
# attack: raises an exception whose text is a str that cannot be cut, measured or encoded
# expect: runtime error


class Text(str):
    def __getitem__(self, index):
        return self

    def __len__(self):
        return 0

    def encode(self, *_):
        return b"accepted"


class Hostile(Exception):
    def __str__(self):
        return Text("accepted " * 100_000)


def total(numbers):
    raise Hostile
