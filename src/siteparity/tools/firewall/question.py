"""What a host is asked about its packet filters.

What a boot would load is found out by loading it: into a network of its own (``unshare -n``, which is gone
with the process that has it), so that both are listed by the same tool in the same words, and the host's own
rules are not touched. Where a host may not make a network (a container), it makes a user of its own first.
"""

from __future__ import annotations

import shlex

from siteparity.tools.program import filled, program

PARTS = ("nft", "iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy")
"""The parts of a listing, in their order."""

_LIST = program(__package__, "list.sh")
_SAVED = program(__package__, "saved.sh")

LOADED = f"{_LIST}echo end\n"
SAVED_PARTS = ("outcome", *PARTS)


def saved(file: str) -> str:
    """A shell text that lists what a boot would load: the file of nftables.service, and iptables' own.

    The part ``outcome`` is ``loaded``, or ``problem`` and what the tool said; then the listing is empty.
    """
    parts = " ".join(f'"[{part}]"' for part in PARTS)
    return filled(_SAVED, file=file, parts=parts, list=shlex.quote(_LIST))
