# exercise: total
# attack: starts threads without end
# expect: memory limit or runtime error or time limit
# why: it depends on which limit comes first

import threading


def total(numbers):
    while True:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
