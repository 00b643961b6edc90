"""What all tests share.

Property tests try the same examples every time, and do not fail because the machine is busy. No test hides
what another one was told to hide.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from siteparity import redaction

settings.register_profile(
    "selftests",
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("selftests")


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secrets that a process hides by their text: each test begins with none."""
    monkeypatch.setattr(redaction, "_known", {})
    redaction._short_pseudonyms.cache_clear()  # noqa: SLF001  # it was filled with other secrets
