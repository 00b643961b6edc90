"""What a host is asked about its packet filters.

To see what a boot would load, it is loaded into a network namespace of its own (``unshare -n``), which ends
with its process. So the same tool lists both in the same words, and the host's own rules are not touched.
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

    The part ``outcome`` is ``loaded``, or ``problem`` and the message of the tool; then the listing is empty.

    Args:
        file: a plain path, since it is not quoted.
    """
    parts = " ".join(f'"[{part}]"' for part in PARTS)
    return filled(_SAVED, file=file, parts=parts, list=shlex.quote(_LIST))
