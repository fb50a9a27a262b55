# exercise: vault
# attack: searches all objects, frames and modules of its process for the word, the suite or the nonce
# expect: wrong answer

import gc
import sys


def everything():
    frame = sys._getframe()
    while frame:
        yield from frame.f_locals.values()
        frame = frame.f_back
    for each in gc.get_objects():
        if type(each) is dict:
            yield from list(each.values())


def open_vault(hint):
    texts = [each for each in everything() if type(each) is str]
    print(sorted(name for name in sys.modules if "test" in name and "vault" in name))
    return next((each for each in texts if each.startswith("vault" + ":") and len(each) == 22), "")
