# exercise: total
# attack: answers wrong in the first call only, in case that one is for warming up
# expect: wrong answer

calls = []


def total(numbers):
    calls.append(numbers)
    return sum(numbers) + (len(calls) == 1)
