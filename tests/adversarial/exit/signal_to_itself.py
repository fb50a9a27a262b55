# exercise: total
# attack: ends itself by a signal instead of answering, else answers wrong
# expect: runtime error or wrong answer
# why: as the first process of a PID namespace it is immune to its own signals and only goes on

import os
import signal


def total(numbers):
    os.kill(os.getpid(), signal.SIGTERM)
    return -1
