"""Data folders of PostgreSQL, and signs that a database follows another one, or is followed."""

from siteparity.tools.postgres import FOLDERS
from siteparity.tools.program import filled, program

QUESTION = filled(program(__package__, "postgres.sh"), folders=FOLDERS)
PARTS = ("data", "streams", "signals")
