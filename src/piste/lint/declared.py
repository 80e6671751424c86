"""What a person means, said so that no rule takes it for a fault."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Declared:
    """What is meant, so that no rule takes it for a fault.

    Attributes
    ----------
    loss
        Family of the loss, "cross-entropy" for logits of classes by default where the task is one of classes;
        "other" says that the loss is meant as it is, and only general laws are checked.
    smoothing
        Label smoothing inside the loss.
    ignore_label
        Target of examples or steps that must not count, -100 say.
    summed
        Whether the loss is a sum over the batch on purpose.
    class_weights
        Whether the loss weighs classes differently.
    frozen
        Parts of parameter paths ("backbone/") that must not move.
    tied
        Parts of parameter paths that are equal on purpose.
    mixes_batch
        Whether outputs depend on the other examples of the batch on purpose, in training mode (batch norm,
        contrastive losses); `mixes_in_evaluation` says so of evaluation mode as well.
    causal
        Whether outputs of step t may depend on inputs up to t alone; inputs are (B, T, ...), outputs (B, T, ...).
    padding
        Token or value that fills sequences up, and must not change the outputs of real steps.
    random_evaluation
        Whether evaluation draws at random on purpose (Monte-Carlo dropout).
    unshuffled
        Whether the order of the examples is meant to stay.
    metric
        Which metric is meant, by one of the names in `rules.evaluation.of_the_right_kind`: "macro-f1".
    unknown
        Token that stands for all that a vocabulary lacks.
    dropout
        Share of values that dropout takes out in training.
    dead_inputs
        Whether inputs that nothing depends on are known (padding columns).
    probabilities
        Whether somebody acts on the probabilities themselves (costs, thresholds), not on the likeliest class alone.
    """

    loss: str = ""
    smoothing: float = 0.0
    ignore_label: int | None = None
    summed: bool = False
    class_weights: bool = False
    frozen: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    mixes_batch: bool = False
    mixes_in_evaluation: bool = False
    causal: bool = False
    padding: float | None = None
    random_evaluation: bool = False
    unshuffled: bool = False
    metric: str = ""
    unknown: int | None = None
    dropout: float | None = None
    dead_inputs: bool = False
    probabilities: bool = False
