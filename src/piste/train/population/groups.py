"""Which members share a program."""

from collections.abc import Sequence

from piste.train.population.member import Member


def groups(members: Sequence[Member]) -> list[list[Member]]:
    """Return the members divided into those that share a program, in the order of their first members."""
    raise NotImplementedError
