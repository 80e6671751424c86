"""The human baseline: what people say about the test examples, beside the labels and the network."""
