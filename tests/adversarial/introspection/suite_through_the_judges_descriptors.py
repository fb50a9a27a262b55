# exercise: vault
# attack: reads the hidden suite through the open files and folders of the processes above
# expect: wrong answer or runtime error
# why: the processes above cannot be looked into

import os
import re
from pathlib import Path


def parent(process):
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def open_vault(hint):
    zygote = os.getppid()
    for process in (zygote, parent(zygote)):
        places = [Path(f"/proc/{process}/root{Path.cwd()}"), *Path(f"/proc/{process}/fd").iterdir()]
        for place in places:
            print(place, os.readlink(place) if place.is_symlink() else place.stat().st_mode)
    arguments = Path(f"/proc/{parent(zygote)}/cmdline").read_text()
    return (re.findall("vault:[0-9a-f]{16}", arguments) or [""])[0]
