"""A decoder process: ``python -m odimaging.imaging.decoder``, started by `pool` and by nobody else."""

from odimaging.imaging.child import serve
from odimaging.imaging.commands import COMMANDS

if __name__ == "__main__":
    serve(COMMANDS)
