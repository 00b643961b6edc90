"""The policy: what both sites must satisfy, and who owns what."""

from siteparity.policy.decisions import Absence, Declared
from siteparity.policy.document import (
    Failover,
    Limits,
    Objectives,
    Outline,
    Policy,
    Role,
    load_policy,
    outline,
)
from siteparity.policy.journeys import Smoke
from siteparity.policy.section import (
    AbsolutePath,
    Duration,
    Language,
    LanguageTag,
    LocaleName,
    Percent,
    Port,
    RoleName,
    Roles,
    Section,
    Size,
    Text,
)

__all__ = [
    "Absence",
    "AbsolutePath",
    "Declared",
    "Duration",
    "Failover",
    "Language",
    "LanguageTag",
    "Limits",
    "LocaleName",
    "Objectives",
    "Outline",
    "Percent",
    "Policy",
    "Port",
    "Role",
    "RoleName",
    "Roles",
    "Section",
    "Size",
    "Smoke",
    "Text",
    "load_policy",
    "outline",
]
