# exercise: total
# attack: leaves with status 0 while it is loaded, hoping that an early good end is a pass
# expect: runtime error

import sys

sys.exit(0)
