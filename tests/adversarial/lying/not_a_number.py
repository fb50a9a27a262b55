# exercise: total
# attack: returns NaN, which makes every comparison with a tolerance false
# expect: wrong answer


def total(numbers):
    return float("nan")
