"""Files that sessions or secrets are kept in, by their names."""

from siteparity.tools.program import program

SESSIONS = program(__package__, "sessions.sh")
SECRETS = program(__package__, "secrets.sh")
