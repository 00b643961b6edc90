"""Where a setting of a service stands, as the policy writes it."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import model_validator

from siteparity.policy.section import AbsolutePath, ServiceName, Strict, matching
from siteparity.tools.settings.reader import Form, Setting

Key: TypeAlias = Annotated[
    str, matching(r"[\w.@$+:/\\\[\]-]+( [\w.@$+:/\\\[\]-]+)*", "a key such as database.pool")
]
"""A key in a file; sections, and the keys around it, stand in front of it with dots."""

KeyPattern: TypeAlias = Annotated[
    str,
    matching(r"[\w.@$+:/\\\[\]*-]*[\w\]]( [\w.@$+:/\\\[\]*-]*[\w\]])*", "a key such as *.pm.max_children"),
]
"""A key, in which an asterisk stands for any section."""

Variable: TypeAlias = Annotated[str, matching(r"[A-Za-z_][A-Za-z0-9_]*", "the name of a variable")]
"""A variable of an environment."""

Option: TypeAlias = Annotated[str, matching(r"--?[A-Za-z0-9][\w.:-]*", "an option such as --workers or -w")]
"""An option on a command line."""


class ServiceSetting(Strict):
    """A setting of a service: exactly one of `variable`, `key` and `option`."""

    service: ServiceName
    variable: Variable | None = None
    """A variable of its environment."""
    key: KeyPattern | None = None
    """A key in a file that it reads."""
    option: Option | None = None
    """An option of its main process."""
    file: AbsolutePath | None = None
    """The file with the key, or a pattern of files, of which the last that sets it counts; or the environment
    file with the variable, which needs none if the unit names it."""
    form: Form | None = None
    """How the file is written; by default as the end of its name says, else in lines."""
    reread: bool = False
    """Whether it reads the file for each request, as programs in PHP do, and not only when it starts."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        named = [one for one in ("variable", "key", "option") if getattr(self, one) is not None]
        if len(named) != 1:
            raise ValueError(
                f"expected one of variable, key and option, found {' and '.join(named) or 'none'}; "
                "name the one that the service uses"
            )
        if self.key is not None and self.file is None:
            raise ValueError("expected the file of the key, found none; add file")
        if self.option is not None and self.file is not None:
            raise ValueError("expected no file beside option, which stands on a command line; remove one")
        if self.key is None and (self.form or self.reread):
            raise ValueError("expected form and reread beside a key only, found no key; remove them")
        return self

    @property
    def name(self) -> str:
        """The variable, the key or the option."""
        return self.variable or self.key or self.option or ""

    def setting(self) -> Setting:
        """The setting, as hosts are asked for it."""
        return Setting(
            self.service,
            self.file or "",
            (self.key,) if self.key else (),
            self.form,
            self.variable or "",
            self.option or "",
        )
