"""The list of verbs, in the order of `piste --help`. A verb's module is imported only when it is called."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """One verb: its name, the `module:function` that carries it out, and its line in the help."""

    name: str
    function: str
    help: str


class Alarm(Exception):  # noqa: N818 (the verb did its work)
    """Raised by a verb that found what calls for exit code 1, and has said it."""


VERBS = (
    Verb("train", "piste.cli.train:train", "Train a network on data, judge it beside baselines, write a report."),
    Verb("resume", "piste.cli.resume:resume", "Go on with a run that was cut short, from its last checkpoint."),
    Verb("nurse", "piste.cli.nurse:nurse", "Change settings while a network trains; go back, go on, compare branches."),
    Verb("rate", "piste.cli.rate:rate", "Find a learning rate by a short test, with its reason."),
    Verb("tune", "piste.cli.tune:tune", "Search settings: many networks side by side, the best one trained again."),
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
