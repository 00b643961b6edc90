"""Thirty ways in which a check, or a library below it, reveals a secret; copied into the scratch checkout.

Each gets a text that holds a secret, and raises or prints what comes of it.
"""

# ruff: noqa: D103, T201  # their names say what they do, and printing is what some of them do

from __future__ import annotations

import base64
import concurrent.futures
import json
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import NoReturn

import psycopg
import pydantic
import pytest
import redis
import requests
import yaml

from siteparity.model import ConfigurationError, UnmeasuredError

_TEXTS = Path(__file__).with_name("texts.json")
TEXTS: dict[str, str] = json.loads(_TEXTS.read_text()) if _TEXTS.exists() else {}
"""In the scratch checkout: form -> a text that holds a secret."""


def raises(text: str) -> NoReturn:
    raise RuntimeError(text)


def asserts(text: str) -> None:
    assert text == "something else"


def asserts_inside(text: str) -> None:
    assert {"answer": text, "status": 200} == {"answer": "", "status": 200}


def looks_up(text: str) -> str:
    return {"a": "b"}[text]


def chains(text: str) -> NoReturn:
    try:
        raises(text)
    except RuntimeError as error:
        raise OSError(f"while doing it: {text}") from error


def groups(text: str) -> NoReturn:
    raise ExceptionGroup(text, [ValueError(text), OSError(text)])


def prints(text: str) -> NoReturn:
    print(text)
    print(text, file=sys.stderr)
    raise RuntimeError("it failed")


def writes_past_pytest(text: str) -> NoReturn:
    with Path("/proc/self/fd/2").open("w") as stderr:
        stderr.write(text + "\n")
    os.write(1, text.encode() + b"\n")
    raise RuntimeError("it failed")


def logs(text: str) -> NoReturn:
    logging.getLogger("shop").error("could not use %s", text)
    raise RuntimeError("it failed")


def warns(text: str) -> None:
    warnings.warn(text, stacklevel=1)


def fails(text: str) -> None:
    pytest.fail(text)


def skips(text: str) -> None:
    pytest.skip(text)


def expects_to_fail(text: str) -> None:
    pytest.xfail(text)


def is_unmeasured(text: str) -> NoReturn:
    raise UnmeasuredError(f"the answer was: {text}")


def is_configured_wrongly(text: str) -> NoReturn:
    raise ConfigurationError(f"policy.yml:3: found {text}")


def knows_it(text: str) -> float:
    password = text
    return len(password) / 0


def connects_to_postgresql(text: str) -> None:
    psycopg.connect("host=127.0.0.1 port=1 user=shop connect_timeout=2 " + text)


def misspells_a_dsn(text: str) -> None:
    psycopg.connect(text)


def connects_to_redis(text: str) -> None:
    redis.Redis(host="127.0.0.1", port=1, password=text).ping()


def misspells_a_redis_url(text: str) -> None:
    redis.from_url(text).ping()


def fetches(text: str) -> None:
    requests.get(f"http://127.0.0.1:1/?{text}", timeout=2)


def misspells_a_url(text: str) -> None:
    requests.get(text, timeout=2)


def runs_a_command(text: str) -> None:
    subprocess.run(["sh", "-c", "exit 3", text], check=True)


def waits_for_a_command(text: str) -> None:
    subprocess.run(["sleep", "5", text], check=True, timeout=0.1)


def decodes(text: str) -> str:
    return (text.encode() + b"\xff").decode()


def reads_json(text: str) -> object:
    return json.loads(text)


def reads_yaml(text: str) -> object:
    return yaml.safe_load(f"a: [{text}\nb: @")


def validates(text: str) -> object:
    return pydantic.TypeAdapter(int).validate_python(text)


def counts(text: str) -> int:
    return int(text)


def opens(text: str) -> bytes:
    return Path("/nonexistent", text).read_bytes()


def fails_elsewhere(text: str) -> object:
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return pool.submit(raises, text).result()


def tells_the_environment(_: str) -> NoReturn:
    raise RuntimeError(str(dict(os.environ)))


def tells_a_token_alone(_: str) -> NoReturn:
    token = next(value for name, value in os.environ.items() if name.endswith("CI_JOB_TOKEN"))
    raise RuntimeError(f"{token} / {base64.b64encode(f'ci:{token}'.encode()).decode()} / {token!r}")


_KINDS = [name for name, value in list(globals().items()) if getattr(value, "__module__", "") == __name__]


def names() -> list[str]:
    """Every kind."""
    return _KINDS
