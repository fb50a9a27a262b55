# exercise: total
# attack: lifts its CPU limit and computes for longer than it may; right only if it can
# expect: runtime error or time limit
# why: the limit cannot be lifted, or the judge has measured it

import resource
import time


def total(numbers):
    resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    while time.process_time() < 1.3:
        pass
    return sum(numbers)
