"""The answer first: what was asked, how good the network is, whether it was worth training, and what went wrong."""

from piste.core.findings import LintRecord
from piste.core.panels import Block, Fact, Facts, Text, Tone
from piste.core.records import (
    BaselineRecord,
    DataRecord,
    EpochRecord,
    EvaluationRecord,
    RunRecord,
    Score,
    Task,
    TrainingRecord,
)
from piste.report.numbers import brief, count, counted, interval, number, score, seconds
from piste.report.panels.status import status

NAMED = 4  # targets spelled out in the sentence about the task


def result(
    run: RunRecord,
    damaged: tuple[str, ...] = (),
    data: DataRecord | None = None,
    evaluation: EvaluationRecord | None = None,
    epochs: tuple[EpochRecord, ...] = (),
    lint: LintRecord | None = None,
) -> tuple[Block, ...]:
    """Return the banners, the task as a sentence, the verdict, and the headline numbers."""
    task = (Text(_task(data), "lead"),) if data else ()
    if evaluation:
        answer: tuple[Block, ...] = (_verdict(evaluation), _headline(evaluation, run.training))
    else:
        answer = _so_far(epochs)
    return (*status(run, damaged, lint), *task, *answer)


def deciding(evaluation: EvaluationRecord) -> Score | None:
    """Return the score that decides, or the first one where that is undefined."""
    return named(evaluation.scores, evaluation.main) or next(iter(evaluation.scores), None)


def named(scores: tuple[Score, ...], name: str) -> Score | None:
    """Return the score called `name`, if it is there."""
    return next((one for one in scores if one.name == name), None)


def best_baseline(evaluation: EvaluationRecord) -> tuple[BaselineRecord, Score] | None:
    """Return the baseline that is best on the deciding score, with that score."""
    main = deciding(evaluation)
    pairs = [(one, found) for one in evaluation.baselines if main and (found := named(one.scores, main.name))]
    if not pairs:
        return None
    sign = 1 if pairs[0][1].higher_is_better else -1
    return max(pairs, key=lambda pair: sign * pair[1].value)


def _task(data: DataRecord) -> str:
    target, used = data.target, sum(one.used for one in data.features)
    more = len(target.names) - NAMED
    names = ", ".join(map(brief, target.names[:NAMED])) + (f" and {more} more" if more > 0 else "")
    kind = {
        Task.TWO_CLASS: " or ".join(map(brief, target.classes)) or "one of two classes",
        Task.MANY_CLASS: f"one of {len(target.classes)} classes",
        Task.MULTI_LABEL: f"any of {counted(len(target.classes or target.names), 'label')}",
        Task.REGRESSION: "a number" if len(target.names) == 1 else f"{len(target.names)} numbers",
    }[target.task]
    source = "pictures" if data.image_shape and used <= 1 else counted(used, "feature")
    return f"Predicts {names} ({target.task}: {kind}) from {source}, learnt on {brief(data.name)}."


def _verdict(evaluation: EvaluationRecord) -> Text:
    return Text(evaluation.verdict or _sentence(evaluation), _tone(evaluation))


def _headline(evaluation: EvaluationRecord, training: TrainingRecord | None) -> Facts:
    main, best = deciding(evaluation), best_baseline(evaluation)
    facts = [_fact(f"{main.name} on the test split", main)] if main else []
    if best is not None:
        facts.append(_fact("best baseline", best[1], f"{best[0].title}, "))
    facts.append(Fact("test examples", count(evaluation.rows), "kept apart until the one evaluation"))
    if training is not None:
        facts.append(Fact("training time", seconds(training.seconds), counted(training.epochs, "epoch")))
    return Facts(tuple(facts), large=True)


def _so_far(epochs: tuple[EpochRecord, ...]) -> tuple[Block, ...]:
    if not epochs:
        return (Text("No epoch was completed, so there is nothing to judge.", "note"),)
    last = epochs[-1]
    facts = (
        Fact("epochs completed", count(last.epoch), f"in {seconds(last.seconds)}"),
        Fact("validation loss", number(last.validation_loss, 4), "after the last of them"),
        Fact(f"validation {last.metric}", number(last.validation_metric, 4), "not yet judged on the test split"),
    )
    return (Facts(facts, large=True),)


def _fact(label: str, value: Score, before: str = "") -> Fact:
    return Fact(label, score(value), f"{before}95 % interval {interval(value.low, value.high)}")


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
