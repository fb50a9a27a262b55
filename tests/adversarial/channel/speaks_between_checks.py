# exercise: total
# attack: a thread writes replies to the judge's socket when no check asks for any
# expect: rejected

import os
import threading
import time


def speak():
    for _ in range(2000):
        time.sleep(0.001)
        os.write(3, b"\0\0\0\x01\0\0\0\0\0\0\0\0\xc0")


threading.Thread(target=speak, daemon=True).start()


def total(numbers):
    return sum(numbers)
