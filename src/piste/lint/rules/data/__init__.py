"""Rules about the data: duplicates, leaks, labels, scales, splits."""
