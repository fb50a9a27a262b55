# exercise: total
# attack: returns a list nested so deeply that walking it overflows the stack
# expect: wrong answer


def total(numbers):
    nested = 0
    for _ in range(10_000):
        nested = [nested]
    return nested
