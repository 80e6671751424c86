"""Small experiments on black boxes, each with an exact expected answer; `Bench.probe` runs each once."""
