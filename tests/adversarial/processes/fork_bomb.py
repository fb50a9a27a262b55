# exercise: total
# attack: starts 300 processes; answers right only if it can
# expect: runtime error or wrong answer
# why: where processes are denied the fork itself fails
# needs: walls

import os
import time


def total(numbers):
    for _ in range(300):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
    return sum(numbers)
