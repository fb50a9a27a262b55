# exercise: total
# attack: returns a list that a thread goes on growing while it is encoded
# expect: wrong answer or memory limit or time limit or runtime error
# why: it depends on which of the threads wins

import threading

result = [0]


def grow():
    while len(result) < 200_000:
        result.append(0)


def total(numbers):
    threading.Thread(target=grow, daemon=True).start()
    return result
