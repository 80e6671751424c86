"""Tails of distributions: how likely so much or more would be by chance."""

from scipy.special import betainc, gammainc


def at_least(count: int, expected: float) -> float:
    """Return the probability of `count` or more events where `expected` are (Poisson); 1 for none."""
    return float(gammainc(count, max(expected, 1e-12))) if count > 0 else 1.0


def share_at_least(count: int, tries: int, share: float) -> float:
    """Return the probability of `count` or more successes in `tries` of chance `share` each (binomial)."""
    if count <= 0:
        return 1.0
    return float(betainc(count, tries - count + 1, share)) if count <= tries else 0.0


def lower_share(count: int, tries: int, error: float = 1e-3) -> float:
    """Return the share below which `count` of `tries` would be rarer than `error` (Clopper and Pearson, 1934)."""
    low, high = 0.0, count / max(tries, 1)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if share_at_least(count, tries, middle) < error else (low, middle)
    return low
