# exercise: total
# attack: attaches to the judge as a debugger; answers right only if it may
# expect: runtime error or wrong answer
# why: the judge cannot be found, or the call is forbidden
# needs: walls

import ctypes
import os
from pathlib import Path

ATTACH, DETACH = 16, 17


def total(numbers):
    zygote = os.getppid()
    judge = int(Path(f"/proc/{zygote}/stat").read_text().rpartition(")")[2].split()[1])
    libc = ctypes.CDLL(None)
    attached = libc.ptrace(ATTACH, judge, None, None) == 0
    if attached:
        os.waitpid(judge, 0x40000000)
        libc.ptrace(DETACH, judge, None, None)
    return sum(numbers) if attached else -1
