"""The answer first: how good the network is, and whether it was worth training."""

from piste.core.panels import Block, Fact, Facts, Text, Tone
from piste.core.records import BaselineRecord, EvaluationRecord, RunRecord, Score
from piste.report.numbers import count, counted, interval, score, seconds


def result(evaluation: EvaluationRecord, run: RunRecord) -> tuple[Block, ...]:
    """Return the verdict as a sentence, then the headline numbers."""
    main = named(evaluation.scores, evaluation.main)
    facts = [_fact(f"{main.name} of the network", main)] if main else []
    best = best_baseline(evaluation)
    if best is not None:
        facts.append(_fact(f"best baseline: {best[0].title}", best[1]))
    facts.append(Fact("test examples", count(evaluation.rows), "kept apart until the one evaluation"))
    if run.training is not None:
        facts.append(Fact("training time", seconds(run.training.seconds), counted(run.training.epochs, "epoch")))
    return (Text(evaluation.verdict or _sentence(evaluation), _tone(evaluation)), Facts(tuple(facts), large=True))


def named(scores: tuple[Score, ...], name: str) -> Score | None:
    """Return the score called `name`, if it is there."""
    return next((one for one in scores if one.name == name), None)


def best_baseline(evaluation: EvaluationRecord) -> tuple[BaselineRecord, Score] | None:
    """Return the baseline that is best on the main score, with that score."""
    pairs = [(one, found) for one in evaluation.baselines if (found := named(one.scores, evaluation.main))]
    if not pairs:
        return None
    sign = 1 if pairs[0][1].higher_is_better else -1
    return max(pairs, key=lambda pair: sign * pair[1].value)


def _fact(label: str, value: Score) -> Fact:
    return Fact(label, score(value), f"95 % interval {interval(value.low, value.high)}")


def _tone(evaluation: EvaluationRecord) -> Tone:
    verdicts = {baseline.verdict for baseline in evaluation.baselines}
    if "worse" in verdicts:
        return "warning"
    return "good" if verdicts == {"better"} else "lead"


def _sentence(evaluation: EvaluationRecord) -> str:
    groups = [
        f"{word} {', '.join(one.title for one in evaluation.baselines if one.verdict == verdict)}"
        for verdict, word in (("better", "better than"), ("level", "level with"), ("worse", "worse than"))
        if any(one.verdict == verdict for one in evaluation.baselines)
    ]
    if not groups:
        return "No baseline was run, so nothing says whether the network was worth training."
    return f"On {evaluation.main} the network is {'; '.join(groups)}."
