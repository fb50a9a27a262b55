# exercise: total
# attack: prints without end to the standard error, in the background of a right answer
# expect: output limit

import os
import threading


def chatter():
    while True:
        os.write(2, b"x" * 512)


def total(numbers):
    thread = threading.Thread(target=chatter, daemon=True)
    thread.start()
    thread.join(0.5)
    return sum(numbers)
