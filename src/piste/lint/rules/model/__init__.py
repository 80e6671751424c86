"""Rules about the network: what it starts from, what it depends on, what it cannot learn."""
