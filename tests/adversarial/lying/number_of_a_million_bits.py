# exercise: total
# attack: returns an integer that takes minutes to write down in decimal
# expect: wrong answer


def total(numbers):
    return 1 << 4_000_000
