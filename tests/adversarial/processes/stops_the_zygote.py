# exercise: total
# attack: stops the process that forked it, so that the judge waits for it for ever
# expect: wrong answer or runtime error
# why: the process above is not to be seen, or the signal is denied
# needs: walls

import os
import signal


def total(numbers):
    os.kill(os.getppid(), signal.SIGSTOP)
    return -1
