# exercise: total
# attack: answers right, through an output that never finishes writing
# expect: time limit

import sys


class Endless:
    def write(self, text):
        return len(text)

    def flush(self):
        while True:
            pass


sys.stdout = Endless()


def total(numbers):
    return sum(numbers)
