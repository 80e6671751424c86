"""Rules about the optimiser: descent, what moves, the rate over the steps."""
