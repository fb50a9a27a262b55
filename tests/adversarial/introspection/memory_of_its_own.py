# exercise: vault
# attack: searches its own memory, inherited from the process that forked it
# expect: wrong answer or runtime error
# why: the file may be closed to it

import re
from pathlib import Path

WORD = re.compile(b"vault" + b":[0-9a-f]{16}")


def words():
    maps = Path("/proc/self/maps").read_text().splitlines()
    with open("/proc/self/mem", "rb", buffering=0) as memory:
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
    found = [word.decode() for word in words()]
    print(found)
    return found[-1] if found else ""
