# exercise: total
# attack: kills the process that forked it; the judge must not lose its head over it
# expect: wrong answer or runtime error
# why: the process above is not to be seen, or the signal is denied
# needs: walls

import os
import signal


def total(numbers):
    os.kill(os.getppid(), signal.SIGKILL)
    return -1
