"""The models of the policy, as far as pages and editors must know of them."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from siteparity.policy.applications import (
    Application,
    Applications,
    Catalogues,
    Lead,
    Postgres,
    Redis,
    Release,
)
from siteparity.policy.bounds import Bound
from siteparity.policy.questions import Question
from siteparity.policy.section import Section
from siteparity.reference.kinds import Kind, first, kind_of

SAYING_ALL = Applications(
    {
        "front": Application(
            role="edge", names=("www.example",), ports={80: "nginx"}, leads_to=(Lead(application="app"),)
        ),
        "app": Application(
            role="web",
            units=("app.service",),
            user="app",
            ports={8000: "app"},
            settings=("/etc/app.env",),
            secrets=("PASSWORD",),
            release=Release(path="/srv/app", version="VERSION"),
            code=("/usr/local/lib/python3/dist-packages",),
            catalogues=Catalogues(path="/srv/app/{language}.mo", source="/srv/app/{language}.po"),
            language={"LANG": "en_US.UTF-8"},
            uploads=("/srv/uploads",),
            workers="app",
            leads_to=(
                Lead(application="store", database_user="app"),
                Lead(application="cache", setting="SESSIONS", keeps_sessions=True),
            ),
        ),
        "store": Application(
            role="db",
            units=("postgresql.service",),
            ports={5432: "postgres"},
            postgresql=Postgres(database="shop", database_user="parity"),
        ),
        "cache": Application(
            role="cache",
            units=("redis.service",),
            ports={6379: "redis-server"},
            redis=Redis(redis_user="parity", auth_file="/etc/redis-auth"),
        ),
    }
)
"""Applications that say everything."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a model."""

    name: str
    kind: Kind
    field: FieldInfo
    words: str
    """The docstring below the field."""
    declared_by: type
    is_drawn: bool
    """Whether the applications of the policy may say it."""

    @property
    def is_required(self) -> bool:
        """Whether the file must have it."""
        return self.field.is_required()

    @property
    def bound(self) -> Bound | None:
        """How loose it may be without a reason."""
        return first(self.field.metadata, Bound)

    @property
    def question(self) -> Question | None:
        """What a person must answer if nobody wrote it."""
        return first(self.field.metadata, Question)

    @property
    def default(self) -> str:
        """What it is if the file lacks it, as the file would have it."""
        if self.is_required:
            return ""
        value = self.field.get_default(call_default_factory=True)
        return self.bound.words(value) if self.bound else _flow(value)


def _flow(value: object) -> str:
    """A value on one line, as the file would have it."""
    if isinstance(value, BaseModel):
        return "{}"
    if isinstance(value, timedelta):
        return Bound("1s").words(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    plain = isinstance(value, str) and re.fullmatch(r"[A-Za-z/][\w ./@-]*", value)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def keys_of(model: type[BaseModel]) -> Iterator[Key]:
    """The keys of a model, in the order of the classes that declare them; those of its own first."""
    words = documented(model)
    drawn = model.drawn(SAYING_ALL) if issubclass(model, Section) else {}
    fields = model.model_fields
    own = [name for name in fields if name not in Section.model_fields]
    for name in (*own, *(name for name in fields if name not in own)):
        field = fields[name]
        field_kind = kind_of(field.annotation, field.metadata)
        yield Key(
            name,
            field_kind,
            field,
            words.get(name) or _of_the_model(field_kind),
            next(one for one in model.__mro__ if name in inspect.get_annotations(one)),
            name in drawn,
        )


def _of_the_model(kind: Kind) -> str:
    """The docstring of the one model that a key takes."""
    return " ".join((inspect.getdoc(kind.models[0]) or "").split()) if len(kind.models) == 1 else ""


def documented(model: type[BaseModel]) -> Mapping[str, str]:
    """Key -> the docstring below its field, of the class that declares it last."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if (
            issubclass(one, BaseModel)
            and one.__module__.startswith("siteparity.")
            and "<" not in one.__qualname__
        ):
            found |= _docstrings(one)
    return found


def _docstrings(model: type) -> Mapping[str, str]:
    path = inspect.getsourcefile(model)
    body = _classes(Path(path)).get(model.__name__, []) if path else []
    return {
        node.target.id: " ".join(str(after.value.value).split())
        for node, after in pairwise(body)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }


@cache
def _classes(path: Path) -> Mapping[str, list[ast.stmt]]:
    module = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node.body for node in module.body if isinstance(node, ast.ClassDef)}
