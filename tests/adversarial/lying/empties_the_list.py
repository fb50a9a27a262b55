# exercise: total
# attack: answers right, and takes the numbers out of the list that it was given
# expect: wrong answer


def total(numbers):
    result = sum(numbers)
    numbers.clear()
    return result
