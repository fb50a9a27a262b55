# exercise: total
# attack: lets a child compute for longer than the CPU limit, and has the system forget the child's time
# expect: runtime error or time limit
# why: where processes are denied the fork itself fails
# needs: walls

import os
import signal
import time

signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def total(numbers):
    reading, writing = os.pipe()
    if os.fork() == 0:
        while time.process_time() < 1.3:
            pass
        os.write(writing, str(sum(numbers)).encode())
        os._exit(0)
    return int(os.read(reading, 100))
