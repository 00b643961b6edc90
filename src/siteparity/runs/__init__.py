"""The files of runs: records, journal, history, and the answers of finished runs."""

from siteparity.runs.finished import find_run, read_run

__all__ = ["find_run", "read_run"]
