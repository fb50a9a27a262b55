# exercise: total
# attack: computes for ever inside one call of a builtin
# expect: time limit

TOTAL = sum(range(10**13))
