"""``python -m siteparity``: the command line."""

import sys

from siteparity.start import main

if __name__ == "__main__":
    sys.exit(main())
