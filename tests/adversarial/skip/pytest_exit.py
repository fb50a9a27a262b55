# exercise: total
# attack: raises pytest's exit with status 0 to end the whole run as a success
# expect: runtime error

import pytest


def total(numbers):
    pytest.exit("all done", returncode=0)
