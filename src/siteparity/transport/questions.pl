# Asks questions one after the other and prints the answers; script.py says how its lines are read.
#
# Arguments: "NAME SECONDS BYTES" for each question. Its text is in the environment as T0, T1 ..., the nonce as
# N: arguments can be read by everybody on the host. A question that takes too long ends with its whole
# process group; one that cannot be ended is left behind, and the next one is asked.
use strict;

my @questions = @ARGV;
my $nonce = delete $ENV{N};
my @texts = map { delete $ENV{"T$_"} } 0 .. $#questions;
my $group;

sub finish {
    kill "KILL", -$group if $group;
    print STDOUT "\n\@$nonce ! $_[0]\n";
    exit 124;
}

# Without a module: perl-base has none for it.
sub base64 {
    my ($bytes) = @_;
    my $missing = (3 - length($bytes) % 3) % 3;
    my $text = pack "u", $bytes;
    $text =~ s/^.//gm;
    $text =~ tr/\n//d;
    $text =~ tr|` -_|AA-Za-z0-9+/|;
    substr($text, -$missing) = "=" x $missing if $missing;
    return $text;
}

sub start {
    my ($text, $out, $err) = @_;
    defined(my $pid = fork) or finish("stuck");
    if (!$pid) {
        setpgrp 0, 0;
        $SIG{TERM} = "DEFAULT";
        open STDOUT, ">&", $out;
        open STDERR, ">&", $err;
        $ENV{T} = $text;
        exec "sh", "-c", 't=$T;unset T;eval "$t"';
        kill "KILL", $$;
    }
    eval { setpgrp $pid, $pid };    # whoever of the two comes first
    return $pid;
}

# Both outputs of a question until their ends; true if they came to their ends in time and in size.
sub listen_to {
    my ($out, $err, $most, $left, $said) = @_;
    my %room = (fileno $out, [$out, 0, $most], fileno $err, [$err, 1, 70_000]);
    while (%room) {
        my $bits = "";
        vec($bits, $_, 1) = 1 for keys %room;
        (my $ready, $left) = select $bits, undef, undef, $left;    # Linux says what is left of the time
        return 0 if $ready == 0;
        next if $ready < 0;
        for my $number (grep { vec $bits, $_, 1 } keys %room) {
            my ($handle, $which, $size) = @{ $room{$number} };
            my $count = sysread $handle, my $some, 65_536;
            next if !defined $count && $! == 4;    # EINTR
            $said->[$which] .= $some if $count;
            if (!$count || length $said->[$which] >= $size) { close $handle; delete $room{$number} }
            return 0 if length $said->[0] >= $most;
        }
    }
    return 1;
}

# Its exit status, none where it was killed; and whether it had to be ended.
sub ended {
    my ($pid, $end) = @_;
    my ($left, $late) = ($end - time, 0);
    local $SIG{ALRM} = sub { $late = 1; kill "KILL", -$pid };
    alarm($left > 0 ? $left : 1);
    my $reaped = waitpid $pid, 0;
    alarm 0;
    return ($reaped == $pid && !($? & 127) ? $? >> 8 : undef, $late);
}

sub put_down {
    my ($pid) = @_;
    for my $signal ("TERM", "KILL") {
        kill $signal, -$pid;
        for (1 .. 40) {
            return if waitpid($pid, 1) == $pid;    # 1 is WNOHANG
            select undef, undef, undef, 0.05;
        }
    }
}

sub ask {
    my ($text, $name, $seconds, $bytes) = @_;
    print STDOUT "\n\@$nonce $name ";
    print STDERR "\n\@$nonce $name\n";
    my ($most, $end, @said) = ($bytes + length($nonce) + 3, time + $seconds, "", "");
    pipe(my $out, my $out_end) && pipe(my $err, my $err_end) or finish("stuck");
    $group = start($text, $out_end, $err_end);
    close $out_end;
    close $err_end;
    my $status = 0;
    if (listen_to($out, $err, $most, $seconds, \@said)) {
        my ($exit, $late) = ended($group, $end);
        $said[0] .= sprintf "%s%03d", $nonce, $exit if defined $exit;
        $status = 124 if $late;
    }
    else {
        $status = 124 if length $said[0] < $most;
        put_down($group);
        kill "KILL", -$group;
    }
    undef $group;
    print STDOUT base64(substr $said[0], 0, $most), " $status\n";
    my ($first, $rest) = $said[1] =~ /\A([^\n]*)\n?(.*)\z/s;
    print STDERR substr($first, 0, 4000), "\n", substr($rest, 0, 65_536) if length $said[1];
}

$SIG{TERM} = sub { finish("cut") };
open STDIN, "<", "/dev/null" or finish("stuck");
binmode $_ for *STDOUT, *STDERR;
select STDERR; $| = 1;
select STDOUT; $| = 1;
ask($texts[$_], split / /, $questions[$_]) for 0 .. $#questions;
print STDOUT "\n\@$nonce . ", scalar @questions, "\n";
print STDERR "\n\@$nonce .\n";
