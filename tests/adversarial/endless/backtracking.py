# exercise: total
# attack: computes for ever inside one regular expression
# expect: time limit

import re

re.match("(x+x+)+y", "x" * 64)
