"""The settings of pretix without its migrations: tables are made as the models are, not step by step.

Hundreds of migrations take minutes, and end in the same tables. They are noted as made afterwards.
"""

from pretix.settings import *  # noqa: F403


class Nowhere(dict[str, None]):
    """Every application has its migrations nowhere (Django's setting MIGRATION_MODULES)."""

    def __contains__(self, _application: object) -> bool:
        return True

    def __getitem__(self, _application: str) -> None:
        return None


MIGRATION_MODULES = Nowhere()
