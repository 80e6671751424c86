"""Where to look next: each sampler is a pure function of the space, the seed and what is known so far."""
