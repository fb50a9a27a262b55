# exercise: total
# attack: returns a list that contains itself, to send the judge round in circles
# expect: wrong answer


def total(numbers):
    endless = [0]
    endless.append(endless)
    return endless
