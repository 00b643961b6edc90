"""Data folders of PostgreSQL, and signs that a database follows another one, or is followed."""

from siteparity.tools.program import program

QUESTION = program(__package__, "postgres.sh")
PARTS = ("data", "streams", "signals")
