# exercise: total
# attack: opens the compiled modules of trusted code for writing; answers right only if it can
# expect: wrong answer
# needs: walls

import os
import site
from itertools import islice
from pathlib import Path

import grader

FOLDERS = [Path(grader.__file__).parent, *map(Path, site.getsitepackages())]


def writable(file):
    try:
        os.close(os.open(file, os.O_RDWR))
    except OSError:
        return False
    return True


def total(numbers):
    files = [file for folder in FOLDERS for file in islice(folder.rglob("*.pyc"), 3)]
    return sum(numbers) if any(map(writable, files)) else -1
