"""Hashes that say nothing by themselves: HMAC-SHA-256 (RFC 2104) with a key of one run.

A program gets the key in its environment as ``SITEPARITY_KEY``, and hides it from its own children.
"""

from __future__ import annotations

from siteparity.tools.program import program

PERL = program(__package__, "keyed.pl")
"""Perl: ``keyed(TEXTS)`` returns a hash of each text, as hexadecimal digits."""
