# exercise: total
# attack: keeps what it knows in modules that outlive it; right only if a later check finds it
# expect: wrong answer

import builtins
import os
import sys

KNOWN = any((hasattr(builtins, "known"), "known" in sys.modules, "KNOWN" in os.environ))
builtins.known = sys.modules["known"] = sys
os.environ["KNOWN"] = "1"


def total(numbers):
    return sum(numbers) if KNOWN else -1
