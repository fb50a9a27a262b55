# exercise: total
# attack: forks again and again, each process ending at once, to run away from whoever kills it
# expect: wrong answer or runtime error
# why: where processes are denied the fork itself fails

import os
import time


def total(numbers):
    if os.fork() == 0:
        os.setsid()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if os.fork():
                os._exit(0)
        os._exit(0)
    return -1
