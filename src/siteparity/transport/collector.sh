#!/bin/sh
# SHA-256 of the lines below: @DIGEST@
# The collector of siteparity: answers questions about this host, and changes nothing on it. Made by
# `siteparity privileges`.
# Its frame: @FRAME@
# Files that it may read: @MAY_READ@
# It belongs to root, and root runs it. It takes no argument. From stdin it reads which of its questions to
# ask, and words of plain characters. Nothing that it reads is ever run.
PATH=@PATH@ LC_ALL=C; export PATH LC_ALL
if [ "${1-}" != go ]; then
    IFS= read -r s || exit 2
    case $s in ''|0*|*[!0-9]*|?????*) exit 2;; esac
    exec timeout -k 2 "$s" /bin/sh "$0" go
fi
{
# A file that was changed by mistake does not have the digest that it names.
I=$({ IFS= read -r l; IFS= read -r l; printf '%s ' "${l##* }"; sha256sum; } <"$0") || exit 2
case $I in "${I%% *} ${I%% *}  -") I=@FRAME@;; *) I=changed;; esac
@START@
printf '\n@collector %s\n' "$I"
IFS= read -r N || exit 2
case $N in *[!0-9a-f]*) exit 2;; esac
[ "${#N}" -eq 32 ] || exit 2
@CLOCK@
end() { printf '\n@%s ! %s\n' "$N" "$1"; exit 124; }
IFS= read -r l || exit 2
[ "$I" != changed ] && [ "$l" = "$I" ] || end "collector $I"
number() { case $1 in ''|0*|*[!0-9]*) end line;; esac; [ "${#1}" -le "$2" ] || end line; }
# $1: the question's name, $2: the digest of its text, $3: the seconds and $4 the bytes that it may take. Its
# text comes to be in X, the names of the words that it still lacks in W, what it was given in G.
asked() {
    [ $# -eq 4 ] || end line
    number "$3" 4
    number "$4" 9
    G= W= X= O= E= Q=$1 B="$3 $4"
    text "$2" || O=absent
}
put_asked() {
    [ "$Q" ] || return 0
    if [ "$O" ]; then printf '\n@%s %s ! %s\n' "$N" "$Q" "$O"; return; fi
    [ -z "$W" ] || end "word$W"
    T="NAMED='$E';$G$X"
    put "$Q $B"
}
# $1: the word's name, $2: its value, $3 and $4: the most and the fewest characters.
word() {
    case $W in *" $1 "*) W="${W%%" $1 "*} ${W#*" $1 "}";; *) end "word $1";; esac
    [ "$W" != ' ' ] || W=
    [ "${#2}" -ge "$4" ] && [ "${#2}" -le "$3" ] || end "word $1"
    G="$G$1='$2';"
}
@DECODE@
# The items of a list in $l, for the word $1. What is no item ends it; a path that may not be read is refused.
list() {
    case "$l " in *%[!0-3]*|*%?[!0-7]*|*%??[!0-7]*|*%000*) end "word $1";; esac
    for i in $l; do
        raw "$i"
        $2 "$1"
    done
}
any() { :; }
absolute() { case $v in [!/]*|*/..*|*/.[*?[]*) end "word $1";; esac; }
read_() {
    absolute "$1"
    case $v in
        @NAMED@) E="$E $i";;
        @ALLOWED@) ;;
        *) O="outside $i";;
    esac
}
text() {
    case $1 in
@TEXTS@*) return 1;;
    esac
}
n=0 Q= W= O= G= X= B= E=
while IFS= read -r l || end half; do
    n=$((n + 1))
    [ $n -le @MOST@ ] || end long
    case $l in *[!0-9A-Za-z.:/%_@+,=\ -]*) end line;; esac
    case $l in
        .) put_asked; break;;
        'ask '*) put_asked; asked ${l#ask };;
        *=*) [ "$O" = absent ] || case $l in
@TAKE_WORD@*) end line;;
        esac;;
        *) end line;;
    esac
done
@ASKING@
}
