"""The playground: a small network on a table with two axes, trained step by step by the engine, every unit seen."""
