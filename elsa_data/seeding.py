"""Random numbers and names that depend on a seed and a key, never on order or on the process."""

import hashlib

import numpy as np

Key = str | int


def digest(*key: Key, size: int = 8) -> bytes:
    """Return ``size`` bytes of blake2b over a key; parts are length-prefixed, so none can merge."""
    state = hashlib.blake2b(digest_size=size)
    for part in key:
        data = f"{type(part).__name__}:{part}".encode()
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.digest()


def stable_id(*key: Key) -> str:
    """Return 16 hex digits that name a key: safe as a file name or a tar key."""
    return digest(*key).hex()


def rng_for(seed: int, *key: Key) -> np.random.Generator:
    """Return the generator that belongs to (seed, key) on every machine and in every order."""
    words = np.frombuffer(digest(*key, size=16), dtype="<u4")
    sequence = np.random.SeedSequence(entropy=seed, spawn_key=tuple(int(w) for w in words))
    return np.random.Generator(np.random.PCG64(sequence))
