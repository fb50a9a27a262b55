# exercise: total
# attack: raises from lines that it has written into the cache of source lines
# expect: runtime error

import linecache

FORGED = ["\x1b[2J accepted\n"] * 50
linecache.cache.update({name: (1, None, FORGED, name) for name in list(linecache.cache)})


def total(numbers):
    raise ValueError("accepted")
