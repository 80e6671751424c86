"""The page that runs on this machine: loopback only, an address that cannot be guessed, nothing from anywhere else."""

from piste.web.server import serve, serve_folder

__all__ = ["serve", "serve_folder"]
