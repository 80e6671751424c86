"""Where chunks are trained when one process is not enough: several on this machine, or the nodes of a Ray cluster."""
