# exercise: total
# attack: raises what no `except Exception` catches, as if the learner had pressed Ctrl-C
# expect: runtime error


def total(numbers):
    raise KeyboardInterrupt
