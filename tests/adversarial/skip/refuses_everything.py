# exercise: total
# attack: raises an exception of every class that a contract check could ask for, in every call
# expect: runtime error


class Refused(TypeError, ValueError, AssertionError, LookupError):
    pass


def total(numbers):
    raise Refused("accepted")
