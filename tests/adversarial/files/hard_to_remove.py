# exercise: total
# attack: leaves closed folders, names that are no text, pipes, sockets and links that lead nowhere
# expect: wrong answer

import os
import socket

os.mkdir(b"no \xff text\n")
os.mkfifo("pipe")
os.symlink("nowhere", "dangling")
os.symlink(".", "circle")
os.makedirs("closed/inner/innermost")
open("closed/inner/file", "w").close()
try:
    socket.socket(socket.AF_UNIX).bind("socket")
    for folder in ("closed/inner", "closed", "."):
        os.chmod(folder, 0)
except OSError:
    pass


def total(numbers):
    return -1
