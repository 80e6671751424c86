"""The rows of the table: times, ratios and whether they count."""

from statistics import median

from benchmarks.speed.contest import Contest, Contestant, Outcome, Result

SAME_PARAMETERS = 0.01  # PyTorch's GRU has a second, redundant bias

HEADER = """\
| work | who | cold s | warm s [least, most] | us a step | times Piste's [least, most] | at least | accuracy | |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def rows(contest: Contest, result: Result) -> list[str]:
    """Return a line for each contestant; the first is Piste, and the ratios are those of each round's two times."""
    ours = result.outcomes[0]
    pairs = zip(contest.contestants, result.outcomes, strict=True)
    return [_row(contest, who, outcome, ours, result.steps) for who, outcome in pairs]


def reached(contest: Contest, result: Result) -> bool:
    """Return whether no target was missed, by those who took part."""
    return not any("MISSED" in row or "INVALID" in row for row in rows(contest, result))


def _row(contest: Contest, who: Contestant, outcome: Outcome, ours: Outcome, steps: int | None) -> str:
    if outcome.missing:
        return f"| {contest.what} | {who.name} | {outcome.missing} | - | - | - | {_bound(who)} | - | |"
    middle = median(outcome.warm)
    own = outcome is ours
    ratios = [theirs / mine for theirs, mine in zip(outcome.warm, ours.warm, strict=True)]
    shown = "1" if own else _range(ratios, ".2f")
    scaled = f" ({who.share:.0%} of the epochs, scaled)" if who.share < 1 else ""
    accuracy = "-" if outcome.accuracy is None else f"{outcome.accuracy:.4f}"
    step = f"{middle / steps * 1e6:.1f}" if steps and contest.processes != "fresh" else "-"
    bound = f"at most {contest.at_most:g} s" if own and contest.at_most else _bound(who)
    cells = [contest.what, who.name, f"{outcome.cold:.2f}", f"{_range(outcome.warm, '.3f')}{scaled}"]
    return f"| {' | '.join([*cells, step, shown, bound, accuracy])} |{_verdict(contest, who, outcome, ours, ratios)} |"


def _range(values: tuple[float, ...] | list[float], form: str) -> str:
    return f"{median(values):{form}} [{min(values):{form}}, {max(values):{form}}]"


def _bound(who: Contestant) -> str:
    return "-" if who.at_least is None else f"{who.at_least:.3g}"


def _verdict(contest: Contest, who: Contestant, outcome: Outcome, ours: Outcome, ratios: list[float]) -> str:
    if outcome is ours:
        late = contest.at_most is not None and median(outcome.warm) > contest.at_most
        return " MISSED" if late else ""
    if outcome.accuracy is not None and ours.accuracy is not None:
        apart = abs(outcome.accuracy - ours.accuracy)
        if apart > contest.margin:
            return f" INVALID: accuracies differ by {apart:.3f}, more than {contest.margin:g}"
    if outcome.parameters and ours.parameters and abs(outcome.parameters / ours.parameters - 1) > SAME_PARAMETERS:
        return f" INVALID: {outcome.parameters:,} parameters, Piste {ours.parameters:,}"
    return " MISSED" if who.at_least is not None and median(ratios) < who.at_least else ""
