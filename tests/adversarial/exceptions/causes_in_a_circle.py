# exercise: total
# attack: raises an exception that is its own cause, in a group of groups
# expect: runtime error


def total(numbers):
    error = ValueError("inner")
    error.__cause__ = error.__context__ = error
    for _ in range(500):
        error = ExceptionGroup("group", [error])
    error.__cause__ = error
    raise error
