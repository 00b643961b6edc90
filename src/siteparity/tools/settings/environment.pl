# The value of an assignment in an environment file (systemd.exec(5)); undef if it is not understood.
sub environment_value {
    my ($value) = @_;
    $value =~ s/^\s+|\s+$//g;
    return $1 if $value =~ /^"([^"\\]*)"$/ || $value =~ /^'([^'\\]*)'$/;
    return $value =~ /["'\\]/ ? undef : $value;
}

# What systemd would start a unit with: [NAME, VALUE, FILE] for each assignment; later ones win.
sub environment {
    my @assigned;
    for (@_) {
        next unless s/^Environment=//;
        die "Environment= is written in a way that is not understood\n" if /(?:^|\s)\$'/;
        for my $word (shellwords($_)) { push @assigned, [$1, $2, ""] if $word =~ /^([A-Za-z_]\w*)=(.*)/s }
    }
    for (@_) {
        next unless /^EnvironmentFiles=(.*) \(ignore_errors=(yes|no)\)$/;
        my ($pattern, $may_lack) = ($1, $2);
        for my $file ($pattern =~ /[*?\[]/ ? glob quotemeta_but_wildcards($pattern) : $pattern) {
            my $f;
            if (!open $f, "<", $file) {
                next if $may_lack eq "yes" && $! == 2;
                die "$file: $!\n";
            }
            while (my $line = <$f>) {
                chomp $line;
                next if $line =~ /^\s*(?:[#;].*)?$/;
                $line =~ /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/ or die "$file: a line is no assignment\n";
                my ($name, $value) = ($1, environment_value($2));
                push @assigned, [$name, $value, $file];
            }
            close $f or die "$file: $!\n";
        }
    }
    return @assigned;
}

# A blank ends a pattern of glob, and braces stand for alternatives; here they are parts of names.
sub quotemeta_but_wildcards { my $text = shift; $text =~ s/([\s{}~"'\\])/\\$1/g; return $text }
