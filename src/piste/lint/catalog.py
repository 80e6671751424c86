"""Every rule, in the order in which they run and are listed: one line and one comment each."""

from piste.lint.rule import Rule

RULES: tuple[Rule, ...] = ()
