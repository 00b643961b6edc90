"""May we fail over to the standby now: GO, NO-GO or UNKNOWN, and why."""

__version__ = "0.1.0"
