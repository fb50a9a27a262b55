# exercise: total
# attack: prints without end
# expect: output limit

while True:
    print("x" * 1000)
