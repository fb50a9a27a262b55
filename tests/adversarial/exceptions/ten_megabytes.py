# exercise: total
# attack: raises an exception with a text of ten megabytes
# expect: runtime error


def total(numbers):
    raise ValueError("accepted " * 1_200_000)
