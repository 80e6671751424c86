"""The main job as Python verbs: train, predict, evaluate."""
