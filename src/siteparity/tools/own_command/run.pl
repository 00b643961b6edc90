use strict;
# Runs one command without a shell, as an account, in a session of its own: no terminal, nothing on stdin.
# Arguments: the account, the seconds and the bytes that it may take, the stream that is told, the command.
# Prints "ended HOW", "left NUMBER" of processes that it left behind (they are ended), "matches yes|no|odd|-",
# "says HEX" (the beginning of stderr), "bytes NUMBER", these bytes, "end".
# Stderr is told apart from stdout and thrown away beyond its beginning, unless it is what is asked for.
my ($account, $seconds, $most, $stream, @command) = @ARGV;
my ($pattern) = given("PATTERN");
my ($name, $uid, $gid, $home) = (getpwnam $account)[0, 2, 3, 7];
my ($ended, $left, @said) = ("", 0, "", "");
my %told = (stdout => 0, stderr => 1);
my $which = $told{$stream};

sub report {
    my $matches = "-";
    if (defined $pattern && $ended =~ /^exit/) {
        $SIG{TERM} = "DEFAULT";    # perl waits for the end of a match before it calls a handler
        my ($text, $wanted) = ($said[$which], $pattern);
        utf8::decode($_) for $text, $wanted;
        $matches = eval { no warnings; $text =~ /$wanted/m ? "yes" : "no" } // "odd";
    }
    my $bytes = $ended =~ /^exit/ ? $said[$which] : "";
    my $says = unpack "H*", substr $said[1], 0, 400;
    print "ended $ended\nleft $left\nmatches $matches\nsays $says\nbytes ", length $bytes, "\n$bytes\nend\n";
    exit 0;
}

sub is_program {
    my ($path) = @_;
    return -f $path && -x _ if $path =~ m{/};
    for (split /:/, $ENV{PATH}) { return 1 if -f "$_/$path" && -x _ }
    return 0;
}

# The processes that still have the mark which only this command was given.
my $mark = "SITEPARITY_COMMAND=$$." . time;
sub marked {
    my @found;
    for my $file (glob "/proc/[0-9]*/environ") {
        open my $f, "<", $file or next;
        my $environment = do { local $/; <$f> } // "";
        push @found, $file =~ /([0-9]+)/ if index("\0$environment", "\0$mark\0") >= 0;
    }
    return @found;
}

# Ends what the command has started; the number of processes that did not end by themselves within a moment.
sub end_all {
    my ($pid, $moments) = @_;
    my %ended;
    kill "KILL", -$pid if !$moments;
    for my $moment (1 .. $moments + 5) {
        my @found = grep { $_ != $pid } marked();
        last if !@found;
        if ($moment > $moments) {
            $ended{$_} = 1 for @found;
            kill "KILL", @found;
        }
        select undef, undef, undef, 0.02;
    }
    kill "KILL", -$pid;
    return scalar keys %ended;
}

if (!defined $name) { $ended = "no account"; report() }
if ($> != 0 && $> != $uid) { $ended = "not allowed"; report() }
if (!is_program($command[0])) { $ended = "no program"; report() }
pipe(my $out, my $out_end) && pipe(my $err, my $err_end) or die "pipe: $!\n";
my $running = 1;
$SIG{CHLD} = sub { };    # it ends the wait for output
defined(my $pid = fork) or die "fork: $!\n";
if (!$pid) {
    open STDIN, "<", "/dev/null" or die "/dev/null: $!\n";
    open STDOUT, ">&", $out_end or die "stdout: $!\n";
    open STDERR, ">&", $err_end or die "stderr: $!\n";
    $SIG{CHLD} = "DEFAULT";
    my ($key, $value) = split /=/, $mark;
    %ENV = (PATH => $ENV{PATH}, LC_ALL => "C", HOME => $home, USER => $name, LOGNAME => $name,
        SHELL => "/bin/sh", $key => $value);
    my @as = $> == $uid ? () : ("setpriv", "--reuid=$uid", "--regid=$gid", "--init-groups", "--");
    exec @as, "setsid", @command or print STDERR "$as[0] setsid: $!\n";
    exit 126;
}
close $out_end;
close $err_end;
$SIG{TERM} = sub { end_all($pid, 0); exit 124 };
my %open = (fileno $out, [$out, 0], fileno $err, [$err, 1]);
my ($time, $grace) = ($seconds, 0.3);
while ($running || %open) {
    my $bits = "";
    vec($bits, $_, 1) = 1 for keys %open;
    my $slice = %open ? 0.05 : 0.005;
    my ($ready, $rest) = select $bits, undef, undef, $slice;
    $rest = 0 if $ready < 0;
    ($running ? $time : $grace) -= $slice - $rest;
    for my $number ($ready > 0 ? grep { vec $bits, $_, 1 } keys %open : ()) {
        my ($handle, $kind) = @{ $open{$number} };
        my $count = sysread $handle, my $some, 65_536;
        if (!$count) { close $handle; delete $open{$number}; next }
        $said[$kind] .= $some if $kind == $which || length $said[$kind] < 4096;
    }
    if (length $said[$which] > $most) { $ended = "full"; last }
    if ($running && waitpid($pid, 1) == $pid) {
        $running = 0;
        $ended = $? & 127 ? "signal " . ($? & 127) : "exit " . ($? >> 8);
    }
    if ($running && $time <= 0) { $ended = "late"; last }
    last if !$running && $grace <= 0;    # something else holds its output open
}
$left = end_all($pid, $running ? 0 : 10);
waitpid $pid, 0 if $running;
report();
