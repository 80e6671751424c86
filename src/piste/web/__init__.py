"""The page that runs on this machine: loopback only, an address that cannot be guessed, nothing from anywhere else."""

from piste.web.server import serve

__all__ = ["serve"]
