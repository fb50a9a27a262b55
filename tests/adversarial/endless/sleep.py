# exercise: total
# attack: sleeps for ever, which costs no CPU time
# expect: time limit

import time

time.sleep(10**8)
