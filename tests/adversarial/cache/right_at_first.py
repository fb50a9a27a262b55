# exercise: total
# attack: answers right in the first call of a process, in case only that one is looked at
# expect: wrong answer

calls = []


def total(numbers):
    calls.append(numbers)
    return sum(numbers) + (len(calls) > 1)
