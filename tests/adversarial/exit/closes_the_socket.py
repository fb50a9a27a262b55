# exercise: total
# attack: closes the connection to the judge so that no failure can be reported
# expect: runtime error

import os


def total(numbers):
    os.close(3)
    return -1
