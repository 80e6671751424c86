"""The list of verbs, in the order of `piste --help`. A verb's module is imported only when it is called."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """One verb: its name, the `module:function` that carries it out, its line in the help, and what its page adds."""

    name: str
    function: str
    help: str
    more: tuple[str, ...] = ()  # paragraphs


class Alarm(Exception):  # noqa: N818 (the verb did its work)
    """Raised by a verb that found what calls for exit code 1, and has said it."""


NURSE = (
    "Words: rate 0.5x or rate 0.001; a setting with its new value: weight-decay 0.1, dropout 0.2, schedule constant; "
    "more 20 (epochs) or epochs 80; back 12 (epoch), back best, back NAME (a mark), back b2 (take branch b2 back); "
    "mark NAME, pause, go, stop; status.",
    "Several at once are one change: piste nurse RUN back best rate 0.5x. They are heard at the end of a validation.",
)
TUNE = (
    "Any setting of the network or the training may be a range where its value would stand: "
    "log(1e-4, 1), uniform(0, 0.5), one_minus_log(0.9, 0.999), integers(16, 256, log=true), choice(relu, tanh), "
    "choice(adamw, sgd(momentum=uniform(0.5, 0.99))). Without any range, what is worth searching for the kind of data "
    "is searched: --show-space shows it.",
    "piste tune DATA --learning-rate 'log(1e-4, 1)' --dropout 'uniform(0, 0.5)' --epochs 20 --trials 128",
)

VERBS = (
    Verb("train", "piste.cli.train:train", "Train a network on data, judge it beside baselines, write a report."),
    Verb("resume", "piste.cli.resume:resume", "Go on with a run that was cut short, from its last checkpoint."),
    Verb(
        "nurse",
        "piste.cli.nurse:nurse",
        "Change settings while a network trains; go back, go on, compare branches.",
        NURSE,
    ),
    Verb("rate", "piste.cli.rate:rate", "Find a learning rate by a short test, with its reason."),
    Verb(
        "tune", "piste.cli.tune:tune", "Search settings: many networks side by side, the best one trained again.", TUNE
    ),
    Verb("predict", "piste.cli.predict:predict", "Predict the target of new rows or pictures."),
    Verb("evaluate", "piste.cli.evaluate:evaluate", "Score a trained network on other labelled data."),
    Verb("drift", "piste.cli.drift:drift", "Say whether new data still look like those of the training."),
    Verb("label", "piste.cli.label:label", "Ask people about test examples, to stand beside the network."),
    Verb("lint", "piste.cli.lint:lint", "Judge data, network, loss and optimiser before training."),
    Verb("explain", "piste.cli.explain:explain", "Say what a finding of the linter means, and how to fix it."),
    Verb("runs", "piste.cli.runs:runs", "List the runs in a folder, with their main score."),
    Verb("lens", "piste.cli.lens:lens", "Look at every value and gradient in a network; spell out the chain rule."),
    Verb("view", "piste.cli.view:view", "Look into a trained network: boundary, loss surface, layers, filters."),
    Verb("web", "piste.cli.web:web", "Show runs and studies on a live page of this machine."),
    Verb("play", "piste.cli.play:play", "Build a small network by clicking, and watch every unit of it learn."),
    Verb("compare", "piste.cli.compare:compare", "Put two runs side by side: what differs, where they part."),
    Verb("report", "piste.cli.report:report", "Write a run's report again, from its records."),
    Verb("doctor", "piste.cli.doctor:doctor", "Say what is installed, and whether it computes right numbers."),
)
