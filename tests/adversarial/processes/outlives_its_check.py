# exercise: total
# attack: leaves a process of another session and program behind, with another environment
# expect: wrong answer or runtime error
# why: where processes are denied the fork itself fails

import os
import sys
from pathlib import Path

MARK = str(Path.cwd().parent)


def total(numbers):
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(writing, b"ready")
            os.execve(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)", MARK], {})
        os._exit(0)
    os.read(reading, 5)
    return -1
