"""Start with ``python -m odimaging``."""

from odimaging.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
