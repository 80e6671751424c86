"""Weight decay is slow against the training, and acts on the weights themselves."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.responses import Decay, decay
from piste.lint.rule import Group, Rule
from piste.lint.tree import listed

_FEW_STEPS = 500  # half-lives above this are usual where an epoch is long
_BIASES = 0.5  # of a bias or scale that the whole training takes away


def check(bench: Bench) -> Iterator[Finding]:
    """Yield decay that halves the weights within an epoch, reaches biases, or is scaled by the optimiser."""
    found, pipeline = bench.probe(decay), bench.pipeline
    strongest = max(found.shares, key=lambda path: found.shares[path], default="")
    share = found.shares.get(strongest, 0.0)
    half = np.log(0.5) / np.log1p(-share) if 0 < share < 1 else (0.5 if share >= 1 else np.inf)
    if half < min(_epoch(bench), _FEW_STEPS):
        yield _strong(strongest, float(half), share, _epoch(bench))
    elif found.scaled:
        yield _scaled(found)
    elif pipeline.steps and (flat := _on_biases(found, pipeline.steps)):
        yield _biases(flat, found, pipeline.steps)


def _epoch(bench: Bench) -> float:
    train, size = bench.pipeline.train, bench.pipeline.batch_size
    return float(_FEW_STEPS) if train is None or not size else max(len(train) / size, 2.0)


def _strong(path: str, half: float, share: float, epoch: float) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        f"Weight decay halves the weights every {half:.1f} steps",
        evidence=[
            Evidence("share of a weight that one step takes where the gradient is 0", f"{share:.2g}", "1e-3 or less"),
            Evidence("steps until half is left", f"{half:.3g}", f"more than an epoch's {epoch:.0f}"),
        ],
        cause="Decay times rate is too strong: weights are forgotten before an epoch has shaped them.",
        fix="optax.adamw(rate, weight_decay=0.01), so that rate times decay is far below 1 / steps of an epoch",
        key="optimiser.decay",
        remedy="other-setting",
        settings={"weight_decay": 0.01},
        where=Where(layer=path),
    )


def _scaled(found: Decay) -> Finding:
    return RULE.finding(
        Severity.INFO,
        "Weight decay goes through the optimiser's own scaling",
        evidence=[
            Evidence("parameters pulled otherwise than along their weights", f"{len(found.scaled)}", "0"),
            Evidence("such as", listed(found.scaled)),
        ],
        cause="The decay is added to the gradient (L2) before Adam divides by the gradient's size, so that weights "
        "with large gradients hardly decay.",
        fix="optax.adamw, or optax.add_decayed_weights behind scale_by_adam",
        key="optimiser.coupled-decay",
        where=Where(layer=found.scaled[0]),
    )


def _on_biases(found: Decay, steps: int) -> list[str]:
    if set(found.shares) == found.flat:
        return []
    return [path for path, share in found.shares.items() if path in found.flat and share * steps > _BIASES]


def _biases(flat: list[str], found: Decay, steps: int) -> Finding:
    share = max(found.shares[path] for path in flat)
    return RULE.finding(
        Severity.INFO,
        f"Weight decay also reaches {listed(flat)}",
        evidence=[
            Evidence("biases and scales that decay", str(len(flat)), "0"),
            Evidence(f"left of them after {steps:,} steps without a gradient", f"{(1 - share) ** steps:.1%}", "100 %"),
        ],
        cause="Nothing says which parameters decay, and so all do; biases and scales gain nothing by it.",
        fix="optax.adamw(rate, mask=jax.tree.map(lambda leaf: leaf.ndim > 1, parameters))",
        key="optimiser.decayed-biases",
        where=Where(layer=flat[0]),
    )


RULE = Rule(
    "O105", "weight-decay", "Weights decay slowly, by themselves", Group.OPTIMISER, ("optimiser", "network"), check
)
