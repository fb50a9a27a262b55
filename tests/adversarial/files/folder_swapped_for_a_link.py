# exercise: total
# attack: puts a link in the place of its folder, so that cleaning up changes the folder linked to
# expect: wrong answer
# needs: walls

import os
from pathlib import Path

HERE = Path.cwd()
VICTIM = HERE.parent / "victim"
try:
    CHANGED = VICTIM.exists() and VICTIM.stat().st_mode & 0o777 == 0o700
    VICTIM.mkdir(exist_ok=True)
    os.rename(HERE, HERE.with_name(f"{HERE.name}-moved"))
    os.symlink(VICTIM, HERE)
except OSError:
    CHANGED = False


def total(numbers):
    return sum(numbers) if CHANGED else -1
