# exercise: total
# attack: raises, while it is loaded, an exception whose text takes for ever
# expect: time limit


class Hostile(Exception):
    def __str__(self):
        while True:
            pass


raise Hostile
