"""The chain rule spelt out for one weight: the derivation of the textbook with the figures of this network."""
