"""The command line, and each command that is more than a call."""
