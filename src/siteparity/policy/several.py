"""One thing or a list of them, for every role or for each: sites that have one write it as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from siteparity.policy.bounds import WITH_REASON
from siteparity.policy.section import Language, RoleName

T = TypeVar("T")

EVERY_ROLE = EACH = ""
"""The key of what is named without a role, or without a key of another kind."""

_ONE, _LIST, _EACH = "[one]", "[list]", "[each]"
"""Steps in the places of errors, which no file has: messages leave them out (`Document.known`)."""


@dataclass(frozen=True, slots=True)
class OneOrMore:
    """Takes what is no list as the only entry of one; its errors name no index then."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of the annotated tuple, and that of one entry."""
        item = handler.generate_schema(get_args(source)[0])
        alone = core_schema.no_info_after_validator_function(lambda value: (value,), item)
        return core_schema.tagged_union_schema({_ONE: alone, _LIST: handler(source)}, discriminator=_form)


@dataclass(frozen=True, slots=True)
class OfEach:
    """Takes what is no mapping, or a value with its reason, as meant for every role or the like."""

    what: str = "role"

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of the annotated mapping, and that of one of its values."""
        value = handler.generate_schema(get_args(source)[1])
        alone = core_schema.no_info_after_validator_function(lambda named: {EACH: named}, value)
        return core_schema.tagged_union_schema(
            {_ONE: alone, _EACH: handler(source)}, discriminator=_for_which
        )


def _for_which(given: object) -> str:
    return _EACH if isinstance(given, Mapping) and set(given) != WITH_REASON else _ONE


def _form(given: object) -> str:
    return _LIST if isinstance(given, list | tuple) else _ONE


Several: TypeAlias = Annotated[tuple[T, ...], OneOrMore()]
"""Written as ``shop.service``, or as ``[shop.service, worker.service]``."""

OfRoles: TypeAlias = Annotated[Mapping[RoleName, Several[T]], OfEach()]
"""Written as `Several` for every role, or as a map of roles: ``{web: shop.service, jobs: [a.service]}``."""


OfLanguages: TypeAlias = Annotated[Mapping[Language, T], OfEach("language")]
"""Written as one value for every language, or as a map of languages: ``{de: 95%, fr: 100%}``."""


def roles_of(of_roles: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The roles for which something is named; None if it is meant for every role."""
    return None if EVERY_ROLE in of_roles else tuple(role for role, named in of_roles.items() if named)


def for_roles(of_roles: Mapping[str, Iterable[T]], roles: Iterable[str]) -> tuple[T, ...]:
    """What is named for these roles or for every one, each thing once."""
    return tuple(dict.fromkeys(one for role in (EVERY_ROLE, *roles) for one in of_roles.get(role, ())))


def all_of(of_roles: Mapping[str, Iterable[T]]) -> tuple[T, ...]:
    """What is named for any role, each thing once."""
    return tuple(dict.fromkeys(one for some in of_roles.values() for one in some))
