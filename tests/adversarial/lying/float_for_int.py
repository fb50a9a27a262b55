# exercise: total
# attack: returns the right number as a float, which equals the int
# expect: wrong answer


def total(numbers):
    return float(sum(numbers))
