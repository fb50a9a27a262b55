"""Seeds derived from the nonce, so that one number replays a verdict."""

import hashlib
import secrets


def fresh_nonce() -> int:
    """A nonce that nobody can know beforehand: 64 random bits."""
    return int.from_bytes(secrets.token_bytes(8), "big")


def seed_for(nonce: int, check_id: str, use: str) -> int:
    """63 bits for one use in one check; the hash does not tell the nonce."""
    digest = hashlib.sha256(f"{nonce}/{check_id}/{use}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
