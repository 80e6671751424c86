"""Columns as numbers: one encoder per kind, fitted on the train split, kept as JSON."""
