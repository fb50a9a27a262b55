# exercise: total
# attack: finds the judge's working folder and leaves configuration there; right only if it can
# expect: wrong answer or runtime error
# why: the processes above cannot be looked into
# needs: walls

import os
from pathlib import Path


def total(numbers):
    zygote = os.getppid()
    judge = int(Path(f"/proc/{zygote}/stat").read_text().rpartition(")")[2].split()[1])
    dropped = Path(f"/proc/{judge}/cwd/adversarial-probe-conftest.py")
    dropped.write_text("")
    dropped.unlink()
    return sum(numbers)
