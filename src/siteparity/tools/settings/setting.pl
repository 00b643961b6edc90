# What may be told of settings: no value leaves the host but what the view shows of it.
#   number   the number, if it is one
#   place    host:port/database of an address, without user, password and query
#   server   "scheme host:port" of an address
# "KEY\tSHOWN" for each of them, with "-" in place of what is not shown.
my ($view, $form, $pattern, $variable, $option, @keys) = map { substr pack("H*", $_), 1 } qw(@SPEC@);
my ($main, @pids) = split " ", $ENV{PIDS} // "";
my @shown = split /\n/, $ENV{SHOWN} // "";

sub shown {
    my ($value) = @_;
    return "-" unless defined $value;
    return $value =~ /^\s*(\d{1,9})\s*$/ ? $1 : "-" if $view eq "number";
    my ($scheme, $rest) = $value =~ m{^\s*(?:([A-Za-z][A-Za-z0-9+.-]*)://)?(.*?)\s*$}s;
    $rest =~ s{^[^/?\#]*@}{};
    return "-" if $rest =~ m{^[^/?\#]*:.*@}s;    # perhaps half of a password
    $rest =~ s{[?\#].*}{}s;
    # Without a scheme it may be a key: a port, a dot or a mere word must make it look like a host.
    return "-" unless defined $scheme || $rest =~ m{^(?:[^/]*:\d+(?:/|$)|[^A-Z/]*\.[^A-Z/]*(?:/\d*)?$|/)}
        || ($view eq "place" && $rest =~ /^[a-z]+(?:-[a-z]+)*\d{0,3}$/);
    my $host = qr{\[[0-9A-Fa-f:.%]+\]|[\w.%-]*};
    if ($view eq "place") { return $rest =~ m{^(?:$host(?::\d{1,5})?(?:/\w{0,32})?|(?:/[\w.-]+)+)$} ? $rest : "-" }
    return $rest =~ m{^(?=[\w\[])($host(?::\d{1,5})?)(?:[/\s].*)?$}s ? lc($scheme // "") . " $1" : "-";
}

sub clean { my $text = shift; $text =~ s/([\\\t\n\r])/sprintf "\\x%02x", ord $1/ge; return $text }

# The links on the way to a file, and the file.
sub way {
    my @rest = split m{/}, shift;
    my ($here, @way) = ("");
    while (@rest) {
        my $part = shift @rest;
        next if $part eq "" || $part eq ".";
        if ($part eq "..") { $here =~ s{/[^/]*$}{}; next }
        my $folder = $here;
        $here .= "/$part";
        next unless -l $here;
        push @way, $here;
        @way <= 40 or die "$here: too many links\n";
        my $to = readlink $here;
        unshift @rest, split m{/}, $to;
        $here = $to =~ m{^/} ? "" : $folder;
    }
    return @way, $here;
}

my @files = $pattern =~ /[*?\[]/ ? sort(glob quotemeta_but_wildcards($pattern)) : $pattern ne "" ? $pattern : ();
die "$pattern: no such file\n" if $pattern ne "" && !@files;
my @assigned = $variable ne "" || $option ne "" ? environment(@shown) : ();
my @found;
if ($option ne "") {
    my ($line) = map { /^ExecStart=.*?argv\[\]=(.*?) ; ignore_errors=/ ? $1 : () } @shown;
    my $value = option_in(map { s/^(["'])(.*)\1$/$2/r } split " ", $line // "");
    if (defined $value && $value =~ /^\$\{?(\w+)\}?$/) {
        my $name = $1;
        my @values = map { $_->[0] eq $name ? $_->[1] : () } @assigned;
        $value = @values ? $values[-1] : undef;
    }
    push @found, [$option, $value];
} elsif (@files) {
    my @all = map { settings($form, $_) } @files;
    for my $key (@keys) {
        my $wanted = join ".+", map quotemeta, split /\*/, $key, -1;
        my @own = grep { $_->[0] =~ /^$wanted\z/ } @all;
        if (!@own && $form =~ /^(?:lines|nginx)\z/) {
            @own = grep { $_->[0] =~ /\.$wanted\z/ } @all;
            my %paths = map { ($_->[0], 1) } @own;
            die "$key stands in several parts of the file: name one with it\n" if keys %paths > 1;
            $_ = [$key, $_->[1]] for @own;
        }
        # Which of several counts depends on the program (PHP), or on a profile (YAML).
        my %values = map { (join("\0", $_->[0], $_->[1] // ""), $_->[0]) } @own;
        my %times;
        $times{$_}++ for values %values;
        push @found, map { [$_->[0], $form =~ /^(?:php|yaml)\z/ && $times{$_->[0]} > 1 ? undef : $_->[1]] } @own;
    }
} else {
    push @found, map { $_->[0] eq $variable ? [$variable, $_->[1]] : () } @assigned;
}

sub option_in {
    my @words = @_;
    my $value;
    for my $at (0 .. $#words) {
        if ($words[$at] eq $option) { $value = $words[$at + 1] }
        elsif ($words[$at] =~ /^\Q$option\E=(.*)$/s) { $value = $1 }
        elsif ($option =~ /^-\w$/ && $words[$at] =~ /^\Q$option\E(\d+)$/) { $value = $1 }
    }
    return $value;
}

print "[configured]\n";
print clean($_->[0]), "\t", clean(shown($_->[1])), "\n" for @found;

# "STATE\tSHOWN" for each process: whether it was started with what is configured. Whole values are compared
# here on the host, since they may hold a password.
print "[running]\n";
my $wanted = @found ? $found[-1][1] : undef;
for my $pid ($variable ne "" ? ($main ? ($main, @pids) : ()) : ()) {
    my $f;
    if (!open $f, "<", "/proc/$pid/environ") { next unless -e "/proc/$pid"; die "process $pid cannot be read\n" }
    my $all = do { local $/; <$f> } // "";
    next unless -e "/proc/$pid/exe";
    my %own;
    for (reverse split /\0/, $all) { $own{$1} = $2 if /^([A-Za-z_][\w.]*)=(.*)/s }
    $own{PATH} // $own{INVOCATION_ID} // die "the environment of process $pid was written over (setproctitle)\n";
    my $value = $own{$variable};
    die "$variable is written in a way that is not understood\n" if @found && !defined $wanted;
    print defined $value && $value ne "" ? defined $wanted && $value eq $wanted ? "same" : "differs" : "unset";
    print "\t", defined $value ? clean(shown($value)) : "-", "\n";
}
if ($option ne "" && $main) {
    open my $f, "<", "/proc/$main/cmdline" or die "process $main cannot be read\n";
    my $value = option_in(split /\0/, do { local $/; <$f> } // "");
    print defined $value ? defined $wanted && $value eq $wanted ? "same" : "differs" : "unset";
    print "\t", defined $value ? clean(shown($value)) : "-", "\n";
}

# Which environment file of the unit sets the variable last; "-" if none does.
print "[decides]\n";
my @last = map { $_->[0] eq $variable && $_->[2] ne "" ? $_->[2] : () } @assigned;
print @last ? clean($last[-1]) : "-", "\n";

print "[changed]\n";
if (@files) {
    open my $h, "-|", "stat", "-c", "%.9Z", "--", map { way($_) } @files or die "stat: $!\n";
    print <$h>;
    close $h or die "stat failed\n";
}
