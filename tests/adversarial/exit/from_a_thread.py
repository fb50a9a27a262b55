# exercise: total
# attack: a thread ends the process with status 0 while the call is under way
# expect: runtime error

import os
import threading


def total(numbers):
    threading.Thread(target=os._exit, args=[0]).start()
    threading.Event().wait()
