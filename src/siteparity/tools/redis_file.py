"""Redis's configuration file as Redis reads it: with the files that it includes, and what a start needs.

Redis does not start with a line that it does not know, nor with a file that it cannot open (config.c and
module.c of Redis 7). Passwords do not leave the host: lines are shown without them, and words and hashes are
compared there. In perl, since one process takes the place of many.
"""

from __future__ import annotations

import shlex

from siteparity.redaction import SECRET_NAMES
from siteparity.tools.program import filled, program
from siteparity.tools.redis_cli import RedisUser, client_line, login
from siteparity.tools.secrets import keyed, secret_patterns

_SECRET_NAMES = (*SECRET_NAMES, "pas", "auth", "secr", "tok", "cred")
"""Names that are secret everywhere, and the beginnings of some: in Redis's file a name may be misspelt."""

_LOAD = program(__package__, "redis_load.pl")
_SHOW = secret_patterns.PERL + filled(program(__package__, "redis_show.pl"), names="|".join(_SECRET_NAMES))
_ASK = program(__package__, "redis_ask.pl")
_USERS = program(__package__, "redis_users.pl")
_PASSWORDS = program(__package__, "redis_passwords.pl")
_HIDDEN = program(__package__, "redis_hidden.pl")
_NEEDED = program(__package__, "redis_needed.pl")
_AS_SERVER = program(__package__, "redis_as_server.sh")


def lines_question(file: str) -> str:
    """A shell text that prints each line that sets something, without passwords."""
    return _perl(_LOAD + _SHOW + r'print map({ shown($_) . "\n" } @lines), "end\n";', file)


def users_question(file: str) -> str:
    """A shell text that prints the lines of the file of users, without passwords."""
    return _perl(_LOAD + _SHOW + _USERS + r'print map({ shown($_) . "\n" } users()), "end\n";', file)


def passwords_question(section: RedisUser, file: str) -> str:
    """A shell text that tells for each user whether the file has the password that is in force."""
    return login(section.auth_file) + _perl(_LOAD + _ASK + _USERS + _PASSWORDS, file, client_line(section))


def hidden_question(file: str) -> str:
    """A shell text that prints a keyed hash of each password of the files; it needs ``$KEY``."""
    return f"SITEPARITY_KEY=$KEY {_perl(keyed.PERL + _LOAD + _SHOW + _USERS + _HIDDEN, file)}"


def needed_question(section: RedisUser, file: str) -> str:
    """A shell text that tells whether Redis could start again: words that it knows, files that are there."""
    return (
        f"{login(section.auth_file)}AS_SERVER={shlex.quote(_AS_SERVER)}\nexport AS_SERVER\n"
        f"{_perl(_LOAD + _ASK + _NEEDED, file, client_line(section))}"
    )


def _perl(text: str, file: str, client: str = "") -> str:
    return f"perl -e {shlex.quote(text)} -- {shlex.quote(file)} {client}\n"
