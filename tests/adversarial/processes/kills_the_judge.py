# exercise: total
# attack: kills the judge, hoping that no verdict is no failure
# expect: wrong answer or runtime error
# why: the process above is not to be seen, or the signal is denied
# needs: walls

import os
import signal
from pathlib import Path


def total(numbers):
    judge = int(Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(judge, signal.SIGKILL)
    return -1
