# exercise: total
# attack: makes a named shared memory, which stays when its process ends; answers right only if it can
# expect: wrong answer or runtime error
# why: the file cannot be made
# needs: walls

import os
from multiprocessing import shared_memory


def total(numbers):
    memory = shared_memory.SharedMemory(f"adversarial-probe-{os.getpid()}", create=True, size=4096)
    memory.close()
    memory.unlink()
    return sum(numbers)
