# Opens connections to ports, COUNT to each PLACE and PORT, and counts how they end. In each round a few are
# opened to every port at once; a round ends when all are there, or when PATIENCE (ms) does. A port where
# nothing was there after two rounds gets no further ones.
use strict;
use Errno;
use Fcntl;
use Socket qw(:DEFAULT getaddrinfo AI_NUMERICHOST);

my ($patience, $at_once, @to) = @ARGV;
my @ports;
while (my ($place, $port, $count) = splice @to, 0, 3) {
    my ($error, $found) = getaddrinfo($place, $port, {socktype => SOCK_STREAM, flags => AI_NUMERICHOST});
    die "$place: $error\n" if $error;
    push @ports, {
        place => $place, port => $port, left => $count, addr => $found->{addr}, family => $found->{family},
        answered => 0, refused => 0, late => 0, no_route => 0,
    };
}

sub ended {
    my ($of, $error) = @_;
    my $how = !$error ? "answered"
        : $error == Errno::ECONNREFUSED ? "refused"
        : $error == Errno::ETIMEDOUT ? "late"
        : "no_route";
    $of->{$how}++;
}

while (grep { $_->{left} > 0 } @ports) {
    my %open;
    for my $of (grep { $_->{left} > 0 } @ports) {
        for (1 .. $at_once) {
            last if $of->{left} <= 0;
            $of->{left}--;
            socket(my $s, $of->{family}, SOCK_STREAM, 0) or die "socket: $!\n";
            fcntl($s, F_SETFL, fcntl($s, F_GETFL, 0) | O_NONBLOCK) or die "fcntl: $!\n";
            if (connect($s, $of->{addr})) {
                ended($of, 0);
            } elsif ($! == Errno::EINPROGRESS) {
                $open{fileno $s} = [$s, $of];
            } else {
                ended($of, $! + 0);
            }
        }
    }
    my $left = $patience / 1000;
    while (%open && $left > 0) {
        my $mask = "";
        vec($mask, $_, 1) = 1 for keys %open;
        my ($some, $rest) = select(undef, my $ready = $mask, undef, $left);
        $left = $rest;
        last if $some <= 0;
        for my $fd (grep { vec($ready, $_, 1) } keys %open) {
            my ($s, $of) = @{delete $open{$fd}};
            ended($of, unpack("i", getsockopt($s, SOL_SOCKET, SO_ERROR)));
        }
    }
    ended($_->[1], Errno::ETIMEDOUT) for values %open;
    for my $of (@ports) {
        my $failed = $of->{late} + $of->{no_route} + $of->{refused};
        $of->{left} = 0 if !$of->{answered} && $failed >= 2 * $at_once;
    }
}
print join(" ", "connected", @$_{qw(place port answered refused late no_route)}), "\n" for @ports;
