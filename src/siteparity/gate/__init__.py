"""The whole run, stage by stage: `run` calls the others in the order in which data flows."""
