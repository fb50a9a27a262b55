# exercise: total
# attack: raises pytest's skip, as if the check itself had asked to be passed over
# expect: runtime error

import pytest


def total(numbers):
    pytest.skip("not today")
