"""The facts of the training: size, length, why it ended, and whether it began where it should."""

from piste.core.panels import Block, Fact, Facts
from piste.core.records import InitialLoss, RunRecord
from piste.report.numbers import count, counted, number, seconds

ENDINGS = {
    "epochs": "all planned epochs were done",
    "patience": "the validation loss had stopped improving",
    "diverged": "the loss was no longer a number",
    "time": "the time allowed was over",
    "watch": "the function that watched it asked for that",
    "nurse": "it was told to stop",
    "target": "the metric had reached the target set for it",
}


def training(run: RunRecord) -> tuple[Block, ...]:
    """Return the facts, for a run that got as far as training."""
    one = run.training
    if one is None:
        return ()
    facts = (
        Fact("parameters", count(one.parameters), "numbers that the training adjusts"),
        Fact(
            "epochs",
            count(one.epochs),
            f"{counted(one.steps, 'step')}; ended because {ENDINGS.get(one.stopped, one.stopped)}",
        ),
        Fact("best epoch", count(one.best_epoch), "its parameters are the ones kept"),
        Fact("loss before the first step", number(one.initial_loss.measured, 4), _expectation(one.initial_loss)),
        Fact("time", seconds(one.seconds), f"and {seconds(one.compile_seconds)} to compile"),
    )
    return (Facts(facts),)


def _expectation(loss: InitialLoss) -> str:
    return f"{number(loss.expected, 4)} expected from the distribution of the target alone"
