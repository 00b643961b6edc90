use strict;
my @sources = map { [map { pack "H*", $_ } split /,/] } qw(@SOURCES@);
my %form_of = qw(@FORMS@);    # end of a file's name -> form
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

# The settings of a file as [KEY, VALUE, LINE]. Sections stand in front of a key: several may have a password.
sub of_lines {
    my ($f) = @_;
    my ($section, @all) = "";
    while (my $line = <$f>) {
        chomp $line;
        next if $line =~ /^\s*[#;]/;
        if ($line =~ /^\s*\[([^\[\]]+)\]\s*$/) { $section = "$1."; next }
        $line =~ /^\s*(?:export\s+)?["']?([\w.-]+)["']?(?:\s*[=:]\s*|\s+|$)(.*)$/ or next;
        push @all, [$section . $1, bare($2), $line];
    }
    return @all;
}

sub settings_of {
    my ($file, $f) = @_;
    my $form = $file =~ /\.(\w+)\z/ ? $form_of{$1} : undef;
    my @all = $form ? map({ [@$_, "$_->[0] = " . ($_->[1] // "")] } settings($form, $file)) : of_lines($f);
    $_->[0] =~ s/[^\w.:-]/_/g for @all;
    return @all;
}

# Key -> secret, of what is named and of what is not known to be harmless.
sub of_settings {
    my ($file, $f, @names) = @_;
    my %of;
    for (settings_of($file, $f)) {
        my ($key, $value, $line) = @$_;
        my $is_named = grep { $key eq $_ || $key =~ /\.\Q$_\E\z/ } @names;
        defined $value || !$is_named or die "$file: $key is written in a way that is not understood\n";
        begin($file);
        shown($line);
        next if !defined $value || !$is_named && !@hidden;
        # A web address that names no user may be a secret as a whole.
        $of{$key} = $value =~ m{^[A-Za-z][A-Za-z0-9+.-]*://} && $value !~ m{^https?://[^@]*$}
            ? secret_of_url($value) : $value;
    }
    return %of;
}

sub of_passwords {
    my ($f) = @_;
    my %of;
    while (my $line = <$f>) {
        chomp $line;
        next if $line =~ /^#/;
        $of{$1} //= $2 if $line =~ /^(?:(?:[^:\\]|\\.)*:){3}((?:[^:\\]|\\.)*):(.*)$/;
    }
    return %of;
}

# Each name must be in one of the files.
sub look {
    my ($form, $paths, @names) = @_;
    my @files = split /\n/, $paths;
    my ($where, $lacking, %is_there) = ($files[0], "missing");
    for my $file (@files) {
        my $f;
        if (!open $f, "<", $file) {
            $! == 2 || $! == 20 or die "$file: $!\n";
            ($where, $lacking) = ($file, "no-file");
            next;
        }
        my $mode = (stat $f)[2] & 07777;
        my %of = $form eq "whole" ? ($names[0] => (do { local $/; <$f> } // "") =~ s/[\r\n]+\z//r)
            : $form eq "pgpass" ? of_passwords($f) : of_settings($file, $f, @names);
        close $f or die "$file: $!\n";
        for my $name (@names) { $is_there{$name} ||= grep { $_ eq $name || /\.\Q$name\E\z/ } keys %of }
        push @found, [$file, $_, state_of($of{$_}, $mode, $form), $of{$_}] for sort keys %of;
    }
    push @found, [$where, $_, $lacking, ""] for grep { !$is_there{$_} } @names;
}

look(@$_) for @sources;
my @hashes = keyed(map { $_->[3] } @found);
print "[secrets]\n";
for (@found) {
    my $hash = shift @hashes;
    print join("\t", @$_[0, 1, 2], $_->[3] eq "" ? "-" : $hash), "\n";
}
print "end\n";
