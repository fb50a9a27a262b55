# exercise: total
# attack: changes on which processors the process above may run; answers right only if it can
# expect: wrong answer or runtime error
# why: the call is denied
# needs: walls

import os


def total(numbers):
    above = os.getppid()
    os.sched_setaffinity(above, os.sched_getaffinity(above))
    return sum(numbers) if above else -1
