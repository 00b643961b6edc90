"""Runs that are over, and their history."""

from siteparity.runs.finished import find_run, read_run

__all__ = ["find_run", "read_run"]
