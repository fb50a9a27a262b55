# exercise: vault
# attack: reads the hidden suite through a symbolic link in its own folder
# expect: wrong answer or runtime error
# why: the file cannot be opened
# needs: walls

import os
from pathlib import Path

import grader

SUITE = "tests/adversarial/solutions/vault/hidden/test_words.py"


def open_vault(hint):
    if not os.path.lexists("root"):
        os.symlink("/", "root")
    module = {}
    exec(Path(f"root{Path(grader.__file__).parents[1]}", SUITE).read_text(), module)
    return module["WRITTEN"]
