"""Errors of the lab, whose messages say what to do."""


class LabError(Exception):
    """An error that the person at the terminal can fix; the message says how."""
