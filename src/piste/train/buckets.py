"""Few sizes for many: arrays of nearly as many rows get the same shape, and so share one compiled program."""

_FINE = 3  # binary digits behind the first that a size may have: at most an eighth is waste


def bucket(count: int) -> int:
    """Return the smallest size of the series that holds `count`: exact up to 16, then at most an eighth larger.

    Between two powers of two the series has eight sizes, evenly spaced.
    """
    unit = 1 << max(count.bit_length() - 1 - _FINE, 0)
    return -(-count // unit) * unit
