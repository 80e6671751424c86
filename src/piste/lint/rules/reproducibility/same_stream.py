"""An epoch's batches are the same when they are asked for again."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.probes.streams import Epoch, epoch
from piste.lint.rule import Group, Rule


def again(bench: Bench) -> Epoch:
    """Probe: the first epoch once more."""
    return epoch(bench, 0)


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a stream that is used up, or that draws from a generator without a seed."""
    first, second = bench.probe(epoch, 0), bench.probe(again)
    if not first.inputs or first.inputs == second.inputs:
        return
    if not second.inputs:
        yield RULE.finding(
            Severity.ERROR,
            "The stream is used up after one epoch",
            evidence=[Evidence("examples of the first epoch, asked for again", "0", f"{len(first.inputs):,}")],
            cause="stream= hands out one iterator, which ends: every later epoch trains on nothing.",
            fix="Make the iterator inside: stream=lambda epoch: iter(make_loader(epoch))",
            key="loop.used-up",
        )
        return
    same = sorted(first.inputs) == sorted(second.inputs)
    yield RULE.finding(
        Severity.INFO,  # one seeded generator for all epochs is reproducible, though not from the middle
        "The first epoch comes in another order when it is asked for again"
        if same
        else "The first epoch holds other examples when it is asked for again",
        evidence=[
            Evidence(
                "examples at another place" if same else "examples with other values",
                f"{sum(a != b for a, b in zip(first.inputs, second.inputs, strict=False)):,} of {len(first.inputs):,}",
                "0",
            )
        ],
        cause=f"{'Shuffling' if same else 'Augmentation or sampling'} draws from a generator without a seed, or one "
        "that goes on from epoch to epoch: an epoch cannot be had again, after a resume say.",
        fix="generator = np.random.default_rng((seed, epoch)), made inside the stream",
        key="reproducibility.stream",
    )


RULE = Rule(
    "R105", "same-stream", "An epoch is the same when asked for again", Group.REPRODUCIBILITY, ("stream",), check
)
