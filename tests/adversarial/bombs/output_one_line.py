# exercise: total
# attack: writes one endless line straight to the descriptor of the standard output
# expect: output limit

import os

while True:
    os.write(1, b"x" * (1 << 16))
