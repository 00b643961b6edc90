"""What can go wrong in the lab, said so that a person knows what to do."""


class LabError(Exception):
    """Something that the person at the terminal can mend; the message says how."""
