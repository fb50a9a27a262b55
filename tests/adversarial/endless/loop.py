# exercise: total
# attack: computes for ever while it is loaded
# expect: time limit

while True:
    pass
