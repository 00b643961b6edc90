"""What a host is asked about its packet filters.

What a boot would load is found out by loading it: into a network of its own (``unshare -n``, which is gone
with the process that has it), so that both are listed by the same tool in the same words, and the host's own
rules are not touched. Where a host may not make a network (a container), it makes a user of its own first.

Tools of the old iptables are asked only where its tables are in use, since they would load its modules.
"""

from __future__ import annotations

import shlex

PARTS = ("nft", "iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy")
"""The parts of a listing, in their order."""

_LIST = r"""
list() {
echo "[nft]"
found=
if command -v nft >/dev/null;then found=yes;rules=$(nft -s list ruleset)||exit;printf '%s\n' "$rules"
else rules="table ip filter table ip6 filter";fi
for family in ip ip6
do printf '%s\n' "[${family}tables]"
case $rules in *"table $family "[fnmrs]*)
if command -v ${family}tables-nft-save >/dev/null;then found=yes;${family}tables-nft-save||exit;fi;;esac
done
for family in ip ip6
do printf '%s\n' "[${family}tables-legacy]"
names=;read -r names 2>/dev/null </proc/net/${family}_tables_names
[ -z "$names" ]||{ found=yes;${family}tables-legacy-save||exit; }
done
[ "$found" ]||{ echo "the host has no tool that lists a packet filter" >&2;exit 1; }
echo "[end]"
}
"""

LOADED = f"{_LIST}list"

_SAVED = r"""
starts() {{ for link in /etc/systemd/system/*.wants/"$1" /etc/systemd/system/*.requires/"$1"
do [ ! -L "$link" ]||return 0;done;return 1; }}
load=
if starts nftables.service;then load='nft -f {file}';fi
if starts netfilter-persistent.service
then for family in ip ip6
do case $family in ip)rules=/etc/iptables/rules.v4;;*)rules=/etc/iptables/rules.v6;;esac
[ ! -e $rules ]||load="${{load:-:}}&&${{family}}tables-restore <$rules"
done;fi
[ "$load" ]||{{ printf '%s\n' '[loaded]' {parts} '[end]';exit 0; }}
text='if problem=$({{ '$load'; }} 2>&1);then echo "[loaded]"
else printf "%s\n" "[problem]" "$problem";exit 0;fi
'{list}
out=$(unshare -n sh -c "$text" 2>/dev/null)||case $out in '['*)
echo "what a boot would load was loaded into a network of its own, and cannot be listed" >&2;exit 1;;
*)out=$(unshare -rn sh -c "$text")||exit;;esac
printf '%s\n' "$out"
"""


def saved(file: str) -> str:
    """A shell text that lists what a boot would load: the file of nftables.service, and iptables' own.

    Its first line is ``[loaded]``, or ``[problem]`` with what the tool said in place of the listing.
    """
    parts = " ".join(f"'[{part}]'" for part in PARTS)
    return _SAVED.format(file=file, parts=parts, list=shlex.quote(LOADED))
