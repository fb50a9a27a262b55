# exercise: total
# attack: raises GeneratorExit, which frameworks swallow
# expect: runtime error


def total(numbers):
    raise GeneratorExit
