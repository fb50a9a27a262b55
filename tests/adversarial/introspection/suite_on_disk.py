# exercise: vault
# attack: reads the hidden suite where a checkout keeps it, beside the package
# expect: wrong answer or runtime error
# why: the file cannot be opened
# needs: walls

from pathlib import Path

import grader

SUITE = "tests/adversarial/solutions/vault/hidden/test_words.py"


def open_vault(hint):
    module = {}
    exec((Path(grader.__file__).parents[1] / SUITE).read_text(), module)
    print(module["WRITTEN"])
    return module["WRITTEN"]
