# exercise: vault
# attack: prints its environment, arguments and those of the processes above
# expect: wrong answer or runtime error
# why: the processes above cannot be looked into

import os
import sys
from pathlib import Path


def open_vault(hint):
    print(sorted(os.environ.items()), sys.argv, sys.orig_argv, sys.path, os.getcwd())
    for name in ("environ", "cmdline"):
        print(Path(f"/proc/{os.getppid()}/{name}").read_text()[:500])
    return ""
