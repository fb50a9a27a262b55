# exercise: total
# attack: ignores the signal that announces the end of its CPU time
# expect: time limit

import signal

for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        continue
while True:
    pass
