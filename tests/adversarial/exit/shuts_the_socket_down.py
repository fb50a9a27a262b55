# exercise: total
# attack: shuts the connection down in one direction, then waits to be asked for nothing more
# expect: runtime error

import socket


def total(numbers):
    socket.socket(fileno=3).shutdown(socket.SHUT_WR)
    return -1
