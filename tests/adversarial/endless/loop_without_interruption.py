# exercise: total
# attack: computes for ever inside one operation on huge integers
# expect: time limit

HUGE = pow(3, 10**9)
