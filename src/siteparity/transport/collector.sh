#!/bin/sh
# The collector of siteparity: answers questions about this host, and changes nothing on it. Made by
# `siteparity privileges` for this host alone; make it again when the policy, the inventory or siteparity
# change: a run accepts no answer of a collector that it does not know.
# It belongs to root, and root runs it. It takes no argument. From stdin it reads which of its questions to
# ask, and words of plain characters. Nothing that it reads is ever run.
PATH=@PATH@ LC_ALL=C; export PATH LC_ALL
if [ "${1-}" != go ]; then
    IFS= read -r s || exit 2
    case $s in ''|0*|*[!0-9]*|?????*) exit 2;; esac
    exec timeout -k 2 "$s" /bin/sh "$0" go
fi
{
I=$(sha256sum <"$0") || exit 2
I=${I%% *}
@START@
printf '\n@collector %s\n' "$I"
IFS= read -r N || exit 2
case $N in *[!0-9a-f]*) exit 2;; esac
[ "${#N}" -eq 32 ] || exit 2
@CLOCK@
end() { printf '\n@%s ! %s\n' "$N" "$1"; exit 124; }
IFS= read -r l || exit 2
[ "$l" = "$I" ] || end "collector $I"
Q=' ' n=0@UNSET@
word() { [ "${#1}" -gt 0 ] && [ "${#1}" -le "$2" ] || end "word $3"; }
while IFS= read -r l || end half; do
    n=$((n + 1))
    [ $n -le @MOST@ ] || end long
    case $l in
        .) break;;
        'ask '*) Q="$Q${l#ask } ";;
        *) @TAKE_WORD@;;
    esac
done
has() { case $Q in *" $1 "*) ;; *) return 1;; esac; }
@QUESTIONS@
}
