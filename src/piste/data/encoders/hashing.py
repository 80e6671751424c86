"""A hash that is the same on every machine and in every process."""

import hashlib


def slot_of(text: str, slots: int) -> int:
    """Return the slot, from 0 to slots - 1, of `text`: 8 bytes of BLAKE2b, modulo `slots`."""
    return (
        int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") % slots
    )
