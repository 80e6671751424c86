"""What the trials of a study say: what may be believed of the best, and which settings mattered."""
