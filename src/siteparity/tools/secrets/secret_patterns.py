"""What looks like a secret in a line of configuration.

It is a part of perl programs that run on the host, so that no secret leaves it. ``secret($line)`` returns the
line with ``***`` for each secret, and the secrets; or the line as it is, and nothing.

It hides rather too much than too little: what is hidden in a text can still be compared by its hash. But some
directives only look like secrets, and hiding them would hide how two sites differ: nginx's ``proxy_pass``,
``passwd:`` in nsswitch.conf(5), ``password`` in pam.conf(5). These are shown.
"""

from __future__ import annotations

from siteparity.redaction import SECRET_NAMES
from siteparity.tools.program import filled, program

PERL = filled(program(__package__, "secret_patterns.pl"), names="|".join(SECRET_NAMES))
