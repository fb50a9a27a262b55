# exercise: total
# attack: raises and prints what would clear a terminal, change its title and write `accepted`
# expect: runtime error

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b1m\u202e\u2028\r\x08\x7faccepted\x1b[8m"


def total(numbers):
    print(ESCAPES)
    raise type(ESCAPES, (ValueError,), {})(ESCAPES)
