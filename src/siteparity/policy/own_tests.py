"""The policy's part about tests of one's own, in the style of testinfra."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from siteparity.policy.section import Reason, RoleName, Roles, Section, Text, matching

Folder = Annotated[str, matching(r"[^\0]+", "a folder")]


class OwnTests(Section):
    """Tests of your own in the style of testinfra, run on every host of their roles at both sites."""

    apart: ClassVar[bool] = True

    folder: Folder = "tests/own"
    """Where they are: absolute, or relative to the folder that holds the inventories' folder."""
    files: Mapping[Text, Roles] = {}
    """Patterns of files, relative to the folder -> the roles whose hosts run their tests; for suites without
    marks of roles. `*` matches slashes, too."""
    skips: Mapping[Text, Reason] = {}
    """Patterns of the reasons with which a test may skip itself -> why that proves enough. Any other skip
    leaves the test unmeasured."""
    workers: Annotated[int, Field(ge=0, le=8)] = 4
    """How many processes of pytest-xdist run them at most; 0 is none but pytest's own."""
    roles: tuple[RoleName, ...] = ()
    """The roles whose hosts run the tests that say none; every role if empty."""
    warnings: Mapping[str, Reason] = {}
    """Not used: a test that may stop nothing has the mark `pytest.mark.warning`."""

    @field_validator("warnings")
    @classmethod
    def _marks_say_so(cls, warnings: Mapping[str, str]) -> Mapping[str, str]:
        if warnings:
            raise ValueError("expected no warnings here, found some; put pytest.mark.warning at the test")
        return warnings
