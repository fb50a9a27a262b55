# exercise: total
# attack: raises and prints text that has no encoding
# expect: runtime error


def total(numbers):
    print("\ud800 \udfff")
    raise ValueError("\ud800 \udfff")
