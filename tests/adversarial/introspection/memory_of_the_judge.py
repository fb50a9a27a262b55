# exercise: vault
# attack: searches the judge's memory for the expected word
# expect: wrong answer or runtime error
# why: the judge's memory cannot be opened
# needs: walls

import os
import re
from pathlib import Path

WORD = re.compile(b"vault:[0-9a-f]{16}")


def parent(process):
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def words(process):
    maps = Path(f"/proc/{process}/maps").read_text().splitlines()
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in maps:
            area, rights = line.split()[:2]
            start, end = (int(edge, 16) for edge in area.split("-"))
            if rights.startswith("rw") and end - start < 1 << 27:
                try:
                    memory.seek(start)
                    yield from WORD.findall(memory.read(end - start))
                except OSError:
                    continue


def open_vault(hint):
    found = [word.decode() for word in words(parent(os.getppid()))]
    print(found)
    return found[-1] if found else ""
