use strict;
use Text::ParseWords;
# "NAME\tSTATE\tVALUE" for each variable; the value is that of the files, or of the process if they have none.
my $main = $ENV{MAIN};
my @shown = split /\n/, $ENV{SHOWN};
my (@pairs, %wanted, %running);
for (@shown) {
    next unless s/^Environment=//;
    die "Environment= is written in a way that is not understood\n" if /(?:^|\s)\$'/;
    for my $word (shellwords($_)) { push @pairs, [$1, $2] if $word =~ /^([A-Za-z_]\w*)=(.*)/s }
}
for (@shown) {
    next unless /^EnvironmentFiles=(.*) \(ignore_errors=(yes|no)\)$/;
    my ($file, $may_lack) = ($1, $2);
    my $f;
    if (!open $f, "<", $file) {
        next if $may_lack eq "yes" && $! == 2;
        die "$file: $!\n";
    }
    while (my $line = <$f>) {
        chomp $line;
        next if $line =~ /^\s*(?:[#;].*)?$/;
        $line =~ /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/ or die "$file: a line is no assignment\n";
        my ($name, $value) = ($1, $2);
        if ($value =~ /^"([^"\\]*)"$/ || $value =~ /^'([^'\\]*)'$/) { $value = $1 }
        elsif ($value =~ /["'\\]/) { die "$file: $name is written in a way that is not understood\n" }
        push @pairs, [$name, $value];
    }
    close $f or die "$file: $!\n";
}
$wanted{$_->[0]} = $_->[1] for @pairs;

open my $e, "<", "/proc/$main/environ" or die "the environment of the process: $!\n";
my $all = do { local $/; <$e> } // "";
for (reverse split /\0/, $all) { $running{$1} = $2 if /^([A-Za-z_]\w*)=(.*)/s }
die "the environment of the process is empty\n" unless %running;

for my $name (sort keys %{{%wanted, %running}}) {
    next if !defined $wanted{$name} && $name =~ /^(?:@OWN@)$/;
    my $state = !defined $wanted{$name} ? "stale" : !defined $running{$name} ? "unset"
        : $wanted{$name} eq $running{$name} ? "same" : "differs";
    my ($shown) = secret("$name=" . ($wanted{$name} // $running{$name}));
    $shown =~ s/^\Q$name\E=//;
    $shown =~ s/([\\\t\n\r])/sprintf "\\x%02x", ord $1/ge;
    print join("\t", $name, $state, $shown), "\n";
}
print "end\n";
