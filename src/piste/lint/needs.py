"""What a rule may need of a pipeline, and the words that ask for it."""

from dataclasses import fields

from piste.core.settings import nearest
from piste.lint.pipeline import Pipeline

PIECES = tuple(one.name for one in fields(Pipeline))

ASK = {
    "train": "give the examples: train=(inputs, targets)",
    "validation": "give the validation split: validation=(inputs, targets)",
    "test": "give the test split: test=(inputs, targets)",
    "dataset": "let Piste read the data itself: `piste lint DATA`",
    "groups": "declare which rows belong together: --group COLUMN, or Split(..., groups=...)",
    "times": "declare when each row was taken: --time COLUMN, or Split(..., times=...)",
    "targets": "give the targets: train=(inputs, targets)",
    "network": "give the network: model=, or apply= with parameters=",
    "init": "give init=, a function of a seed that returns fresh parameters",
    "loss": "give loss=, a function (outputs, targets)",
    "metric": "give metric=, a function (outputs, targets), and higher_is_better=",
    "higher_is_better": "declare the metric's direction: higher_is_better=True or False",
    "task": "declare the task: task='two-class', 'many-class', 'multi-label' or 'regression'",
    "optimiser": "give optimiser=, an Optax transformation",
    "update": "give step= with start=, or optimiser= with a network and loss=",
    "with_parameters": "give with_parameters=, a function (state, parameters) that returns the training state with "
    "these parameters instead of its own",
    "schedule": "give schedule=, a function of the step, and steps=",
    "steps": "say how many steps the training has: steps=",
    "batch_size": "say how many examples a step takes: batch_size=",
    "stream": "give stream=, a function of the epoch that yields its batches",
    "evaluate": "give evaluate=, a function of the training state that returns the reported score",
    "trained": "train first: `piste train` asks it at the end, for your own code give trained=, the training state",
    "judged": "train first: `piste train` asks it at the end, for your own code give trained=, the training state, "
    "with predict= or the network, or outputs=",
    "watched": "train first: `piste train` asks it by itself, for your own loop give watched=, the record of a "
    "piste.Watch, or the update: step= with start=, or optimiser= with a network and loss=",
    "evaluation": "train first: `piste train` asks it at the end",
    "earlier": "train first: `piste train` asks it of the runs in its folder of runs",
    "versions": "train first: `piste resume` and `piste evaluate` ask it",
    "accumulate": "give accumulate=, a function (parameters, batches) that returns the gradient of all of them",
    "augment": "give augment=, a function (inputs, targets, seed) that returns the batch as training sees it",
    "stop": "give stop=, a function of the list of validation values so far that says whether the training ends",
    "pretrained": "give pretrained=, the tree of arrays that the parameters start from",
    "save": "give save= and restore=",
    "restore": "give save= and restore=",
    "causal": "declare Declared(causal=True) if outputs may not look ahead",
    "padding": "declare Declared(padding=VALUE), what fills sequences up",
    "ignore_label": "declare Declared(ignore_label=...), the target that must not count",
    "unknown": "declare Declared(unknown=TOKEN), what stands for an unknown word",
}
"""What a rule may need, beside the name of any piece, and the words that ask for it."""


def has(pipeline: Pipeline, need: str) -> bool:
    """Return whether `pipeline` has what `need` names: a piece, or one of the compounds of `ASK`."""
    match need:
        case "groups" | "times":
            return any(getattr(split, need) is not None for split in pipeline.splits.values())
        case "targets":
            return pipeline.train is not None and pipeline.train.targets is not None
        case "network":
            return pipeline.model is not None or (pipeline.apply is not None and _has_parameters(pipeline))
        case "init":
            return pipeline.init is not None or (pipeline.model is not None and hasattr(pipeline.model, "init"))
        case "task":
            return pipeline.task is not None or any(one.targets is not None for one in pipeline.splits.values())
        case "update":
            composed = has(pipeline, "network") and pipeline.loss is not None and pipeline.optimiser is not None
            return (pipeline.step is not None and pipeline.start is not None) or composed
        case "watched":
            return pipeline.watched is not None or (has(pipeline, "update") and has(pipeline, "targets"))
        case "judged":
            told = pipeline.predict is not None or has(pipeline, "network")
            return pipeline.outputs is not None or (pipeline.trained is not None and told)
        case "causal" | "ignore_label" | "padding" | "unknown":
            value = getattr(pipeline.declared, need)
            return value is not None and value is not False  # 0 is a token, and a label
    if need not in PIECES:
        raise ValueError(f"No piece of a pipeline is called '{need}'. {nearest(need, [*PIECES, *ASK])}")
    return getattr(pipeline, need) is not None


def _has_parameters(pipeline: Pipeline) -> bool:
    return pipeline.parameters is not None or pipeline.init is not None
