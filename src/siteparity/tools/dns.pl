# Sends every question to every server at once, and twice more what was not answered. An answer has the number
# of its question. Arguments: port, servers (addresses with commas between them), and the questions, each as
# hexadecimal bytes. Prints "SERVER QUESTION ANSWER": two numbers and the bytes of the answer.
use Socket qw(:DEFAULT getaddrinfo AI_NUMERICHOST);
my $port = shift;
my @servers = split /,/, shift;
my @wires = map { pack "H*", $_ } @ARGV;
my (@sockets, %open);

for my $s (0 .. $#servers) {
    my ($bad, $at) = getaddrinfo($servers[$s], $port, {flags => AI_NUMERICHOST, socktype => SOCK_DGRAM});
    die "$servers[$s]: $bad\n" if $bad;
    socket($sockets[$s], $at->{family}, SOCK_DGRAM, 0) or die "socket: $!\n";
    connect($sockets[$s], $at->{addr}) or next;
    $open{"$s $_"} = 1 for 0 .. $#wires;
}

for (1 .. 3) {
    for (keys %open) {
        my ($s, $q) = split / /;
        send($sockets[$s], $wires[$q], 0);
    }
    while (%open) {
        my $ready = "";
        vec($ready, fileno($_), 1) = 1 for @sockets;
        last if select($ready, undef, undef, 0.7) <= 0;
        for my $s (grep { vec($ready, fileno($sockets[$_]), 1) } 0 .. $#sockets) {
            defined recv($sockets[$s], my $got, 65535, 0) or next;
            my $q = length($got) > 12 ? unpack("n", $got) : -1;
            print "$s $q ", unpack("H*", $got), "\n" if delete $open{"$s $q"};
        }
    }
}
print "end\n";
