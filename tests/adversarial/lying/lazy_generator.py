# exercise: total
# attack: returns a generator that would compute the answer when the judge looks
# expect: wrong answer


def total(numbers):
    return (each for each in [sum(numbers)])
