# exercise: total
# attack: takes memory without end, in Python objects
# expect: memory limit


def total(numbers):
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))
