"""`python -m saddlepoint`: the same as `saddlepoint`."""

import sys

from saddlepoint.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
