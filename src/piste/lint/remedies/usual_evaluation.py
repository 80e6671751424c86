"""Judges the network itself, row by row as they stand, where predictions or scores come otherwise."""

import dataclasses
from typing import Any

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.remedies.composed import evaluating
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy
from piste.lint.training import guessed_parameters


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline that predicts by its network in evaluation mode, and is judged by its metric on that."""
    pipeline, net = bench.pipeline, bench.probe(network)
    if pipeline.predict is None and pipeline.evaluate is None:
        raise NotFixed(f"There is neither predict= nor evaluate= of yours. By hand: {finding.fix}.")
    if net.state or not net.traceable:
        raise NotFixed(f"Its running statistics are seen in your predict= alone. By hand: {finding.fix}.")

    def predict(state: Any, inputs: Any) -> Any:
        return net.evaluate(guessed_parameters(dataclasses.replace(pipeline, trained=state)), net.state, inputs)

    evaluate = evaluating(pipeline, predict) if pipeline.evaluate is not None else None
    mended = dataclasses.replace(
        pipeline, predict=predict, evaluate=evaluate, reported=None, outputs=None, evaluation=None
    )
    return Mended(mended, "predictions are the network's own, row by row, and the score is the metric's of them")


REMEDY = Remedy("usual-evaluation", "Predicts by the network, and judges that by the metric", mend)
