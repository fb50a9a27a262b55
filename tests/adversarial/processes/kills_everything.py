# exercise: total
# attack: kills every process that it can; answers right where that could be more than its own
# expect: wrong answer or runtime error
# why: the signals are denied, or reach nobody
# needs: walls

import os
import signal


def is_contained():
    # Nothing is killed unless it is certain that no process of others would be.
    if os.getpid() == 1:
        return True
    try:
        os.kill(os.getppid(), 0)
    except PermissionError:
        return True
    return False


def total(numbers):
    if not is_contained():
        return sum(numbers)
    os.kill(-1, signal.SIGKILL)
    return -1
