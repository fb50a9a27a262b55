# exercise: total
# attack: opens a socket that has a name but no file, which other programs can reach; right only if it can
# expect: wrong answer or runtime error
# why: sockets are denied
# needs: walls

import os
import socket


def total(numbers):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0adversarial-probe-{os.getpid()}")
        listener.listen()
    return sum(numbers)
