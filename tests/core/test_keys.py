"""Named random keys."""

import numpy as np

from piste.core.keys import generator, seed_of


def test_the_same_name_gives_the_same_draw_and_another_name_another() -> None:
    first, again, other = (generator(0, *names).random(8) for names in (("order", 1), ("order", 1), ("order", 2)))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_seeds_are_what_sha256_says() -> None:
    # sha256("0/order/1") begins with these eight bytes; the sign bit is shifted out.
    import hashlib

    assert seed_of(0, "order", 1) == int(hashlib.sha256(b"0/order/1").hexdigest()[:16], 16) >> 1
    assert 0 <= seed_of(5, "x") < 2**63
