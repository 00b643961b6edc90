use strict;
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

# The password, or a user without one, and whatever else is hidden. The host is no part of it: it differs by site.
sub secret_of_url {
    my ($user, $colon, $password, $rest) = $_[0] =~ m{^[^:]+://(?:([^:/@]*)(:?)(.*)@)?[^/?#]*(.*)$}s;
    my @secrets = $password // "";
    for ($colon ? "" : $user, $rest) {
        next if ($_ // "") eq "";
        shown($_);
        push @secrets, @hidden;
    }
    return join "\0", grep { $_ ne "" } @secrets;
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
    my (%of, %bare);
    my $section = "";
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
        # Sections have settings of one name, such as a password each.
        if ($line =~ /^\s*\[([^\[\]]+)\]\s*$/) { $section = "$1." =~ s/[^\w.:-]/_/gr; next }
        $line =~ /^\s*(?:export\s+)?["']?([\w.-]+)["']?(?:\s*[=:]\s*|\s+|$)(.*)$/ or next;
        my ($name, $value) = ($1, bare($2));
        begin($file);
        shown($line);
        my $secret = @hidden ? join "\0", @hidden : undef;
        my $item = $section . $name;
        my $is_named = grep { $_ eq $name || $_ eq $item } @names;
        next if !$is_named && !defined $secret;
        # A web address that names no user may be a secret as a whole.
        $secret = $value =~ m{^[A-Za-z][A-Za-z0-9+.-]*://} && $value !~ m{^https?://[^@]*$}
            ? secret_of_url($value) : $value;
        $of{$item} = $secret;
        $bare{$name} = 1;
    }
    close $f or die "$file: $!\n";
    push @found, [$file, $_, "missing", ""] for grep { !defined $of{$_} && !$bare{$_} } @names;
    push @found, [$file, $_, state_of($of{$_}, $mode, $form), $of{$_}] for sort keys %of;
}

look(@$_) for @sources;
my @hashes = keyed(map { $_->[3] } @found);
print "[secrets]\n";
for (@found) {
    my $hash = shift @hashes;
    print join("\t", @$_[0, 1, 2], $_->[3] eq "" ? "-" : $hash), "\n";
}
print "end\n";
