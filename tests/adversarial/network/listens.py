# exercise: total
# attack: opens a server on all addresses of the machine; answers right only if it can
# expect: wrong answer or runtime error
# why: sockets are denied
# needs: walls

import socket


def total(numbers):
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
    return sum(numbers)
