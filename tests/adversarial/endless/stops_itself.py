# exercise: total
# attack: stops its own process, which then neither computes nor ends
# expect: time limit or wrong answer
# why: as the first process of a PID namespace it is immune to its own signals and only goes on

import os
import signal


def total(numbers):
    os.kill(os.getpid(), signal.SIGSTOP)
    return -1
