"""The answer of a search first: the best settings' score, what of it may be believed, and how sure that is."""

from piste.core.panels import Block, Fact, Facts, Text
from piste.core.records import Status
from piste.core.studied import EstimateRecord, Studied, StudyResults
from piste.core.studies import TrialStatus
from piste.report.numbers import ABSENT, brief, counted, interval, measured, number, percent, score, seconds
from piste.report.panels.studied_importance import TRUSTED

NAMED = 3  # settings of the line that says what mattered
ENDED = (TrialStatus.FINISHED, TrialStatus.STOPPED, TrialStatus.DIVERGED, TrialStatus.FAILED)


def result(studied: Studied) -> tuple[Block, ...]:
    """Return the banners, what was searched, the verdict, and the headline numbers."""
    return (
        *_status(studied),
        Text(_searched(studied), "lead"),
        *_verdict(studied),
        _headline(studied),
        *(Text(note, "note") for note in studied.results.notes),
    )


def _status(studied: Studied) -> tuple[Block, ...]:
    ended = sum(one.status in ENDED for one in studied.trials)
    asked = studied.study.trials
    if studied.study.status is Status.FAILED:
        return (Text(f"This search failed after {ended} of {counted(asked, 'trial')}.", "bad"),)
    if studied.study.status is Status.UNFINISHED:
        return (Text(f"This search has not finished: {ended} of {counted(asked, 'trial')} have ended.", "warning"),)
    return ()


def _searched(studied: Studied) -> str:
    study = studied.study
    scheduler = f" and the {study.scheduler} scheduler" if study.scheduler != "none" else ""
    return (
        f"Searched {counted(len(study.dimensions), 'setting')} on {brief(study.source or study.name)} with the "
        f"{study.sampler} sampler{scheduler}: {counted(len(studied.trials), 'trial')} of at most "
        f"{counted(study.rounds, 'round')}."
    )


def _verdict(studied: Studied) -> tuple[Block, ...]:
    best, found = studied.best, studied.results.estimate
    if best is None:
        return ()
    reached = (
        f"The best is trial {best.number}: {studied.study.metric} {number(best.score, 4)} on the validation split."
    )
    if found is None:
        luck = " That is the most of many noisy numbers, so it flatters; the test score does not."
        return (Text(reached + luck if len(studied.trials) > 1 else reached),)
    return (Text(f"{reached} {believed(found)}"),)


def believed(found: EstimateRecord) -> str:
    """Return in words what may be expected on new examples."""
    expected = f"{measured(found.corrected, found.low, found.high)} ({interval(found.low, found.high)})"
    low, high = found.optimism_interval
    said = measured(max(found.optimism, 0.0), low, high)
    measure = "" if found.measure != "loss" else "a loss of "
    return (
        f"Expect {measure}{expected} on new examples of the same kind: being the best of {found.trials} on the same "
        f"{found.examples} examples is worth {said} of luck."
    )


def concluded(results: StudyResults) -> tuple[str, ...]:
    """Return in a few lines what a search found beyond its best trials: what to expect, and what mattered."""
    lines = []
    if results.estimate is not None and results.estimate.trials > 1:
        lines.append(believed(results.estimate))
    if results.test is not None:
        ends = interval(results.test.low, results.test.high)
        lines.append(f"On the test split, judged once: {results.test.name} {score(results.test)} ({ends}).")
    mattered = results.importances
    if mattered is not None and mattered.explained >= TRUSTED:
        named = ", ".join(f"{one.label} {percent(one.share)}" for one in mattered.settings[:NAMED])
        lines.append(f"Share of the variance that a setting explains alone: {named}.")
    return tuple(lines)


def _headline(studied: Studied) -> Facts:
    study, results, best = studied.study, studied.results, studied.best
    facts = []
    if best is not None:
        facts.append(
            Fact(f"best {study.metric} on validation", number(best.score, 4), f"trial {best.number}, flattered")
        )
    if results.estimate is not None:
        facts.append(_expected(results.estimate))
    if results.test is not None:
        ends = f"95 % interval {interval(results.test.low, results.test.high)}, judged once"
        facts.append(Fact(f"{results.test.name} on the test split", score(results.test), ends))
    facts.append(Fact("trials", _tally(studied), _kinds(studied)))
    took = study.seconds or sum(one.seconds for one in studied.trials)
    facts.append(Fact("search time", seconds(took) if took else ABSENT))
    return Facts(tuple(facts), large=True)


def _expected(found: EstimateRecord) -> Fact:
    low, high = found.optimism_interval
    removed = f"optimism of {measured(found.optimism, low, high)} ({interval(low, high)}) removed"
    return Fact(
        f"{found.measure} to expect",
        measured(found.corrected, found.low, found.high),
        f"95 % interval {interval(found.low, found.high)}; {removed}",
    )


def _tally(studied: Studied) -> str:
    return f"{sum(one.status in ENDED for one in studied.trials):,}"


def _kinds(studied: Studied) -> str:
    counts = {status: sum(one.status is status for one in studied.trials) for status in ENDED}
    words = {TrialStatus.FINISHED: "to the end", TrialStatus.STOPPED: "stopped early"}
    return ", ".join(f"{count} {words.get(status, status)}" for status, count in counts.items() if count)
