# exercise: vault
# attack: takes its seed from the frame that loads it and tries nonces until one explains the seed
# expect: wrong answer

import hashlib
import random
import sys


def seed_for(nonce, use):
    digest = hashlib.sha256(f"{nonce}/words::test_drawn/{use}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def given_seed():
    frame = sys._getframe()
    while frame:
        if "request" in frame.f_locals:
            return frame.f_locals["request"].seed
        frame = frame.f_back
    return None


SEED = given_seed()


def open_vault(hint):
    for nonce in range(300_000):
        if seed_for(nonce, "worker") == SEED:
            return f"vault:{random.Random(seed_for(nonce, 'rng')).getrandbits(64):016x}"
    return ""
