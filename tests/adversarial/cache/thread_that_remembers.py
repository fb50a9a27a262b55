# exercise: total
# attack: leaves a thread behind; right only if a later check finds it
# expect: wrong answer

import threading
import time

KNOWN = threading.active_count() > 1
threading.Thread(target=time.sleep, args=(20,), daemon=True).start()


def total(numbers):
    return sum(numbers) if KNOWN else -1
