# exercise: total
# attack: kills its process group
# expect: runtime error or wrong answer
# why: the first process of a PID namespace is immune to its own signals

import os
import signal


def total(numbers):
    os.kill(0, signal.SIGKILL)
    return -1
