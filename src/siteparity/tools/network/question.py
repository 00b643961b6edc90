"""What a host is asked about the network between itself and its peers.

Perl's core is on every Debian host, with sockets that do not block, and it resolves names as the host's
programs do. ``ping`` (iputils) sends full-size packets that may not be cut into pieces, the next one when the
last came back: with pauses of less than 10 ms it would not sleep but wait actively. Half of them are sent
before the connections and half a little later, since devices lose packets in bursts. All peers are tried at
once.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable

PATIENCE_MS = 500
"""After this time a connection that is not there has lost a packet: the kernel repeats it after 1 s."""
AT_ONCE = 4
"""Connections to one port at the same time: a database may have few left for its customers."""

_RESOLVE = r"""
use strict;use Socket qw(getaddrinfo getnameinfo NI_NUMERICHOST NIx_NOSERV SOCK_STREAM);
print "[names]\n";
my $slow=0;$ENV{RES_OPTIONS}="timeout:1 attempts:2";
for my $name(@ARGV){if($slow>1){print "$name ! not asked, since no name server answers\n";next}
my $began=time;my($error,@r)=getaddrinfo($name,"",{socktype=>SOCK_STREAM});$slow++ if time-$began>=2;
my @found=map{(getnameinfo($_->{addr},NI_NUMERICHOST,NIx_NOSERV))[1]}@r;
print "$name ",$error?"! $error":join(" ",@found),"\n"}
for my $file("hosts","resolv.conf","nsswitch.conf"){print "[$file]\n";
open(my $in,"<","/etc/$file") or do{print "! $!\n" if !$!{ENOENT};next};
while(<$in>){s/#.*//;s/\s+/ /g;s/^ | $//g;print "$_\n" if $file ne "nsswitch.conf"?/./:/^hosts:/}}
print "[end]\n";
"""


def resolve(names: Iterable[str]) -> str:
    """A shell text that asks for names as programs do, and prints the files that decide about the answer."""
    return f"exec perl -MErrno -e {shlex.quote(_RESOLVE)} -- {' '.join(map(shlex.quote, names))}"


# Rounds of a few connections to each port: each ends when all are there, or when patience does. A port where
# nothing was there after two rounds gets no further ones.
CONNECT = r"""
use strict;use Socket qw(:DEFAULT getaddrinfo AI_NUMERICHOST);use Fcntl;use Errno;
my($patience,$at_once,@to)=@ARGV;my @ports;
while(my($place,$port,$count)=splice @to,0,3){
my($error,$found)=getaddrinfo($place,$port,{socktype=>SOCK_STREAM,flags=>AI_NUMERICHOST});
die "$place: $error\n" if $error;
push @ports,{place=>$place,port=>$port,left=>$count,addr=>$found->{addr},family=>$found->{family},
answered=>0,refused=>0,late=>0,no_route=>0}}
sub ended{my($of,$error)=@_;my $how=!$error?"answered":$error==Errno::ECONNREFUSED?"refused":
$error==Errno::ETIMEDOUT?"late":"no_route";$of->{$how}++}
while(grep{$_->{left}>0}@ports){my %open;
for my $of(grep{$_->{left}>0}@ports){for(1..$at_once){last if $of->{left}<=0;$of->{left}--;
socket(my $s,$of->{family},SOCK_STREAM,0) or die "socket: $!\n";
fcntl($s,F_SETFL,fcntl($s,F_GETFL,0)|O_NONBLOCK) or die "fcntl: $!\n";
if(connect($s,$of->{addr})){ended($of,0)}elsif($!==Errno::EINPROGRESS){$open{fileno $s}=[$s,$of]}
else{ended($of,$!+0)}}}
my $left=$patience/1000;
while(%open&&$left>0){my $mask="";vec($mask,$_,1)=1 for keys %open;
my($some,$rest)=select(undef,my $ready=$mask,undef,$left);$left=$rest;last if $some<=0;
for my $fd(grep{vec($ready,$_,1)}keys %open){my($s,$of)=@{delete $open{$fd}};
ended($of,unpack("i",getsockopt($s,SOL_SOCKET,SO_ERROR)))}}
for(values %open){ended($_->[1],Errno::ETIMEDOUT)}
for my $of(@ports){$of->{left}=0 if !$of->{answered}&&$of->{late}+$of->{no_route}+$of->{refused}>=2*$at_once}}
print join(" ","connected",@$_{qw(place port answered refused late no_route)}),"\n" for @ports;
"""

_QUESTION = """\
peers=
up() {{ case " $PEERS " in *" $1 "*);;*)return 1;;esac; }}
{peers}
[ "$peers" ]||{{ echo nobody;exit; }}
command -v ping >/dev/null||{{ echo "ping: not found" >&2;exit 127; }}
count() {{
while read -r line;do case $line in Tcp:*)printf '%s\\n' "$line";;esac;done </proc/net/snmp
for one in $devices;do for name in rx_errors tx_errors collisions
do read -r number </sys/class/net/"$one"/statistics/$name||exit
printf '%s\\n' "$one $name $number";done;done; }}
train() {{ out=$(ping -nqf -c {packets} -W 1 -M "do" -s "$2" "$1" 2>/dev/null) more=
case $out in *" {packets} received"*);;
*" 0 received"*)more=$(ping -nqf -c 5 -W 1 -s 56 "$1" 2>/dev/null);;
*)more=$(ping -nqf -c {more} -W 1 -M "do" -s "$2" "$1" 2>/dev/null);;esac
printf '%s\\n' "[packets $1]
$out
[more]
$more"; }}
trains() {{
{trains}
wait; }}
connect() {{
set --
{ports}
[ $# -eq 0 ]||perl -e {connect} -- {patience} {at_once} "$@"; }}
routes=$(for one in $peers;do echo "route get $one";done|ip -force -o -b - 2>/dev/null
)||[ $? -lt 100 ]||{{ echo "ip: not found" >&2;exit 127; }}
printf '%s\\n' "[peers]" $peers "[routes]" "$routes" "[links]"
devices=
set -f
for word in $routes
do [ "$before" != dev ]||case " $devices " in *" $word "*);;*)devices="$devices $word";;esac
before=$word
done
for one in $devices
do for name in mtu speed duplex
do value=;read -r value 2>/dev/null </sys/class/net/"$one"/$name;printf '%s\\n' "$one $name $value";done
said=$(ip -o link show dev "$one")||exit
case $said in *" qdisc "*);;*)echo "ip link says no qdisc of $one" >&2;exit 1;;esac
said=${{said#* qdisc }};printf '%s\\n' "$one qdisc ${{said%% *}}";done
printf '%s\\n' "[before]"
count
printf '%s\\n' "[tries]"
trains
connect
status=$?
[ $status -eq 0 ]||exit $status
sleep 0.2
trains
printf '%s\\n' "[after]"
count
echo "[end]"
"""


def reach(
    peers: Iterable[tuple[str, int]], ports: Iterable[tuple[str, int]], packets: int, tries: int
) -> str:
    """A shell text that sends packets to peers and opens connections to ports, all at once.

    Only those peers are tried whose addresses stand in the shell's ``PEERS``, with blanks between them; the
    answer is "nobody" where there are none of them.

    Args:
        peers: Address, and how many bytes of payload fill a packet on the way there.
        ports: Address and port.
        packets: How many packets for each peer, in two halves; four times as many where one of them is lost.
        tries: How many connections to each port.
    """
    half = math.ceil(packets / 2)
    quoted = [(shlex.quote(place), size) for place, size in peers]
    behind = [(shlex.quote(place), port) for place, port in ports]
    return _QUESTION.format(
        packets=half,
        more=3 * half,
        peers="\n".join(f'! up {place}||peers="$peers "{place}' for place, _ in quoted),
        trains="\n".join(f"if up {place};then train {place} {size} & fi" for place, size in quoted),
        ports="\n".join(f'! up {place}||set -- "$@" {place} {port} {tries}' for place, port in behind),
        connect=shlex.quote(CONNECT),
        patience=PATIENCE_MS,
        at_once=AT_ONCE,
    )
