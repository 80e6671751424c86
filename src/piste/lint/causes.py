"""Which rules explain what is only seen of a training: causes before symptoms.

A rule that probes one piece with a known answer names a cause. One that watches a training or judges its end sees what
any of them may bring about, and stands under it. The order is that of certainty: the first one found is the head.
"""

DATA = ("D106", "D119", "D117", "D114")
LOSS = ("L104", "L101", "L102", "L107", "L103", "L105", "L110", "L108", "L111")
MODEL = ("M112", "M101", "M104", "M102", "M108", "M111", "M113", "M116", "M115", "M105", "M120")
STEP = ("O101", "O102", "O201", "O202", "O105", "O104", "O106", "O107", "M114", "T106", "T107", "T109")
STREAM = ("T103", "T101", "T102")
REPORT = ("E308", "E104", "E107", "E101", "E105", "E102", "E305")

CAUSES = (*DATA, *LOSS, *MODEL, *STEP, *STREAM)
"""Of what a training does."""
