# exercise: total
# attack: writes half of a reply while it is loaded and then waits
# expect: time limit

import os
import time

from grader.values import encode
from grader.wire import Returned, pack

reply = pack(Returned(1, encode(0).header))
os.write(3, reply[: len(reply) // 2])
time.sleep(3600)
