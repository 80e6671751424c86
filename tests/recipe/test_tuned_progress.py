import io
from collections.abc import Sequence

import pytest

from piste.core.records import Status
from piste.core.studies import StudyRecord, TrialRecord, TrialStatus
from piste.recipe.tuned_progress import Follow

STUDY = StudyRecord("s", Status.UNFINISHED, "", "", "", 0, "accuracy", True, (), {}, "sobol", "none", 4, 10)


def trial(number: int, status: TrialStatus, score: float | None = None, rounds: int = 10) -> TrialRecord:
    return TrialRecord(number, {}, (), status, losses=(0.5,) * rounds, score=score)


def follow(stream: io.StringIO | None, before: Sequence[TrialRecord] = ()) -> Follow:
    return Follow(STUDY, before, stream, lambda: None, lambda: None)


def test_the_line_says_how_the_search_stands() -> None:
    stream = io.StringIO()
    with follow(stream) as following:
        following.heard([trial(0, TrialStatus.RUNNING, 0.5, 5), trial(1, TrialStatus.STOPPED, 0.75, 3)])
        following.kept([trial(2, TrialStatus.DIVERGED, None, 1), trial(0, TrialStatus.FINISHED, 0.9)])
        assert following.line.startswith("3 of 4 trials (1 stopped, 1 diverged)  best accuracy 0.9 (trial 0)")
    assert stream.getvalue().splitlines()[-1].strip().startswith("3 of 4 trials")


def test_nothing_is_said_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("piste.recipe.tuned_progress._PLAIN_SECONDS", -1.0)
    stream = io.StringIO()
    with follow(stream) as following:
        following.heard([trial(number, TrialStatus.FINISHED, 0.5) for number in range(4)])
    assert stream.getvalue() == "  4 of 4 trials  best accuracy 0.5 (trial 0)\n"


def test_a_terminal_has_one_line_that_is_replaced() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with follow(stream, [trial(3, TrialStatus.FINISHED, 0.8)]) as following:
        following.heard([trial(0, TrialStatus.RUNNING, 0.5, 5)])
    assert stream.getvalue().startswith("\r\x1b[2K")
    assert stream.getvalue().endswith("\n")
    assert "2 of 4 trials  best accuracy 0.8 (trial 3)" in stream.getvalue()


def test_nobody_hears_a_quiet_search_but_it_can_be_stopped() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Follow(STUDY, [], None, stop, lambda: None) as following:
        following.heard([])
