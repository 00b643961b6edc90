"""The files of runs: records, journal, history, and the answers of finished runs."""
