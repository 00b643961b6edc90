"""The nightly clean-up: removes sessions that would never end by themselves from the site's own Redis."""

import sys

from . import log, settings
from .sessions import SessionError, Sessions
from .settings import SettingsError

_logger = log.start("shop-cleanup")


def main() -> int:
    """0 when the store is clean, 1 when it could not be cleaned."""
    try:
        removed = Sessions(settings.from_file().sessions).remove_endless()
    except (SettingsError, SessionError) as error:
        _logger.error(log.sentence(error))  # noqa: TRY400  # a sentence, not the stack
        return 1
    _logger.info("removed %d sessions without an end", removed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
