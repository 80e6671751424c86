"""Do new data look like those of the training? Tests of one trait, of all together, of outputs, target and scores."""
