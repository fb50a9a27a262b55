# exercise: total
# attack: lifts its memory limit, then takes four times the memory; right only if it gets it
# expect: wrong answer or memory limit or runtime error
# why: the limit cannot be lifted
# needs: walls

import resource


def total(numbers):
    resource.setrlimit(resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return sum(numbers) + len(bytes(256 << 20)) - (256 << 20)
