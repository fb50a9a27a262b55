# exercise: total
# attack: stops all clocks of its process and then computes for ever
# expect: time limit

import time

time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
time.time_ns = time.monotonic_ns = time.perf_counter_ns = time.process_time_ns = lambda: 0
while True:
    pass
