# exercise: total
# attack: leaves a process behind that later checks can ask; right only if one answers
# expect: wrong answer or runtime error
# why: sockets and processes may be denied

import os
import socket
import time
from pathlib import Path

NAME = "\0adversarial-probe-" + Path.cwd().parent.name


def remember():
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(NAME)
        listener.listen()
        time.sleep(20)
    os._exit(0)


def somebody_remembers():
    with socket.socket(socket.AF_UNIX) as question:
        return question.connect_ex(NAME) == 0


KNOWN = somebody_remembers()
if not KNOWN and os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        remember()
    os._exit(0)


def total(numbers):
    return sum(numbers) if KNOWN else -1
