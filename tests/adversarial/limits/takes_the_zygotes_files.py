# exercise: total
# attack: lets the process that forked it open no more files, so that no later check can start
# expect: wrong answer or runtime error
# why: the call is denied
# needs: walls

import os
import resource


def total(numbers):
    resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))
    return -1
