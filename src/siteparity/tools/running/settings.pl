use strict;
use Text::ParseWords;
# "NAME\tSTATE\tVALUE" for each variable; the value is that of the files, or of the process if they have none.
my $main = $ENV{MAIN};
my @shown = split /\n/, $ENV{SHOWN};
my (%wanted, %running);
for (environment(@shown)) {
    my ($name, $value, $file) = @$_;
    $wanted{$name} = $value // die "$file: $name is written in a way that is not understood\n";
}

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
