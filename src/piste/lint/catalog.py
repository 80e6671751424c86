"""Every rule, in the order in which they run and are listed: one line and one comment each."""

from piste.lint.rule import Rule
from piste.lint.rules.loss import batch_mean, corrects, extremes, ignores, known_answers, order, perfect

RULES: tuple[Rule, ...] = (
    # loss
    known_answers.RULE,  # L101 the values of the cross-entropy
    order.RULE,  # L102 right costs less than wrong
    batch_mean.RULE,  # L103 one mean over examples
    extremes.RULE,  # L104 finite everywhere
    corrects.RULE,  # L105 a gradient where it is wrong
    ignores.RULE,  # L106 the label to be ignored
    perfect.RULE,  # L107 no broadcast of numbers
)
