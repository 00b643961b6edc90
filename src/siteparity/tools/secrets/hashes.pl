use strict;
# The key is taken out of the environment, so that no child of perl finds it there.
my $key = delete $ENV{SITEPARITY_KEY};
$key =~ /^[0-9a-f]{64}$/ or die "this run has no key to hash secrets with\n";
$key = pack "H*", $key;
my @sources = map { [map { pack "H*", $_ } split /,/] } qw(@SOURCES@);
my @found;    # [file, name, state, secret]

sub state_of {
    my ($secret, $mode, $form) = @_;
    return "empty" if $secret eq "";
    return "placeholder" if $secret =~ /^(?:\*+|x{3,}|change[-_ ]?me!?|password|secret|todo|example)$/i
        || $secret =~ /^(?:<.*>|\$\{.*\}|\@[A-Za-z_]+\@)$/;
    return "ignored" if $form eq "pgpass" && $mode & 0077;
    return $mode & 0004 ? "open" : "set";
}

sub bare {
    my ($value) = @_;
    $value =~ s/^\s+|\s+$//g;
    $value =~ s/^(["'])(.*)\1$/$2/;
    return $value;
}

sub look {
    my ($form, $file, @names) = @_;
    my $f;
    if (!open $f, "<", $file) {
        $! == 2 || $! == 20 or die "$file: $!\n";
        push @found, [$file, $_, "no-file", ""] for @names;
        return;
    }
    my $mode = (stat $f)[2] & 07777;
    my %of;
    if ($form eq "whole") {
        local $/;
        my $text = <$f> // "";
        $text =~ s/[\r\n]+\z//;
        $of{$names[0]} = $text;
    }
    while (my $line = <$f>) {
        chomp $line;
        if ($form eq "pgpass") {
            next if $line =~ /^#/;
            $of{$1} //= $2 if $line =~ /^(?:(?:[^:\\]|\\.)*:){3}((?:[^:\\]|\\.)*):(.*)$/;
            next;
        }
        next if $line =~ /^\s*[#;]/;
        $line =~ /^\s*(?:export\s+)?["']?([\w.-]+)["']?(?:\s*[=:]\s*|\s+|$)(.*)$/ or next;
        my ($name, $value) = ($1, bare($2));
        my (undef, $secret) = secret($line);
        my $is_named = grep { $_ eq $name } @names;
        next if !$is_named && !defined $secret;
        # Of a URL only the password counts, since its host differs by site. A web address without one may be
        # a secret itself.
        $secret = $value =~ m{^[A-Za-z][A-Za-z0-9+.-]*://} && $value !~ m{^https?://[^@]*$}
            ? $secret // "" : $value;
        $of{$name} = $secret;
    }
    close $f or die "$file: $!\n";
    push @found, [$file, $_, "missing", ""] for grep { !defined $of{$_} } @names;
    push @found, [$file, $_, state_of($of{$_}, $mode, $form), $of{$_}] for sort keys %of;
}

# One sha256sum for all texts. It reads them from pipes, so that none is an argument or a file.
sub hashes {
    my ($prefix, @texts) = @_;
    $^F = 1000;    # perl's children keep the pipes
    my (@ends, @pipes);
    for (@texts) {
        length($_) < 60000 or die "a secret is longer than 60000 bytes\n";
        pipe my $out, my $in or die "pipe: $!\n";
        binmode $in;
        print $in $prefix, $_;
        close $in or die "pipe: $!\n";
        push @ends, $out;
        push @pipes, "/dev/fd/" . fileno $out;
    }
    open my $h, "-|", "sha256sum", "--", @pipes or die "sha256sum: $!\n";
    my @sums = map { /^([0-9a-f]{64}) / or die "sha256sum: no hash\n"; $1 } <$h>;
    close $h or die "sha256sum failed\n";
    @sums == @texts or die "sha256sum: too few hashes\n";
    return @sums;
}

# HMAC (RFC 2104).
sub keyed {
    my @texts = @_;
    return () unless @texts;
    my $block = $key . "\0" x (64 - length $key);
    my $inner = $block ^ ("\x36" x 64);
    my $outer = $block ^ ("\x5c" x 64);
    my @sums;
    while (my @some = splice @texts, 0, 100) {
        push @sums, hashes($outer, map { pack "H*", $_ } hashes($inner, @some));
    }
    return @sums;
}

look(@$_) for @sources;
my @hashes = keyed(map { $_->[3] } @found);
print "[secrets]\n";
for (@found) {
    my $hash = shift @hashes;
    print join("\t", @$_[0, 1, 2], $_->[3] eq "" ? "-" : $hash), "\n";
}
print "end\n";
