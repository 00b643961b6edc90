"""The whole run. `run` calls the other modules, each a stage, in the order in which data flows."""
