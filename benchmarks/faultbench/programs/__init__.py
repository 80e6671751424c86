"""The trainings: ordinary ones of twenty kinds, and odd ones that are healthy all the same."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from benchmarks.faultbench.programs import odd, own, sequences, tables
from benchmarks.faultbench.training import Training


class Program(NamedTuple):
    """How a training is made from a seed, and in which half it is: rules may be tuned on "dev" alone."""

    make: Callable[[int], Training]
    half: str
    odd: bool = False


PROGRAMS: Mapping[str, Program] = {
    "mlp-digits": Program(tables.mlp_classifier, "dev"),
    "multi-label": Program(tables.multi_label, "dev"),
    "conv1d-waves": Program(sequences.conv1d, "dev"),
    "causal-language": Program(sequences.causal, "dev"),
    "embedding-ids": Program(tables.embedded, "dev"),
    "autoencoder": Program(tables.autoencoder, "dev"),
    "dropout-digits": Program(tables.with_dropout, "dev"),
    "forecast": Program(sequences.forecast, "dev"),
    "frozen-backbone": Program(tables.frozen_backbone, "dev"),
    "piste-layers": Program(own.of_layers, "dev"),
    "logistic-cancer": Program(tables.logistic, "test"),
    "regression-friedman": Program(tables.regression, "test"),
    "cnn-digits": Program(sequences.cnn, "test"),
    "gru-waves": Program(sequences.gru, "test"),
    "padded-tagger": Program(sequences.tagger, "test"),
    "transformer-waves": Program(sequences.transformer, "test"),
    "batch-norm": Program(tables.batch_norm, "test"),
    "accumulation": Program(tables.accumulation, "test"),
    "imbalanced": Program(tables.imbalanced, "test"),
    "piste-pieces": Program(own.by_pieces, "test"),
    "odd-fast-norm": Program(odd.fast_norm, "test", True),
    "odd-smoothing": Program(odd.smoothing, "dev", True),
    "odd-heavy-dropout": Program(odd.heavy_dropout, "dev", True),
    "odd-solved": Program(odd.solved, "test", True),
    "odd-very-rare": Program(odd.very_rare, "test", True),
    "odd-heavy-tails": Program(odd.heavy_tails, "test", True),
    "odd-raw-pixels": Program(odd.raw_pixels, "dev", True),
    "odd-warm-up": Program(odd.warm_up, "test", True),
    "odd-few": Program(odd.few, "dev", True),
    "odd-plateau": Program(odd.plateau, "test", True),
    "odd-natural-noise": Program(odd.natural_noise, "test", True),
    "odd-small-start": Program(odd.small_start, "dev", True),
    "odd-dominant": Program(odd.dominant, "dev", True),
    "odd-honest-drift": Program(odd.honest_drift, "dev", True),
    "odd-clipping": Program(odd.clipping, "test", True),
    "odd-half-precision": Program(odd.half_precision, "dev", True),
    "odd-edge": Program(odd.edge, "dev", True),
    "odd-copies": Program(odd.legitimate_copies, "test", True),
    "odd-ignoring": Program(odd.ignoring, "test", True),
    "odd-augmented": Program(odd.augmented, "test", True),
    "odd-zero-head": Program(odd.zero_head, "dev", True),
}
