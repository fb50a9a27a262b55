# exercise: total
# attack: leaves a start-up file in a folder of trusted code; answers right only if it can
# expect: wrong answer
# needs: walls

import site
import sysconfig
from pathlib import Path

import grader

FOLDERS = [*site.getsitepackages(), sysconfig.get_path("stdlib"), Path(grader.__file__).parent]


def writable(folder):
    probe = Path(folder, "adversarial-probe.pth")
    try:
        probe.write_text("")
        probe.unlink()
    except OSError:
        return False
    return True


def total(numbers):
    return sum(numbers) if any(map(writable, FOLDERS)) else -1
