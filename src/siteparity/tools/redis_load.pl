use strict;
$| = 1;
# Reads Redis's configuration file into @lines, in the order in which Redis reads it. What it includes and
# cannot be opened stays as the line that names it. The paths of the files that were read are in @files.
our ($file, @client) = @ARGV;
our (@lines, @files);

sub load {
    my ($path, $depth) = @_;
    $depth < 16 or die "$path: it includes itself\n";
    my $there = !-d $path && open my $f, "<", $path;
    $there || $depth or die "$path: " . (-d $path ? "it is a folder" : $!) . "\n";
    $there or do { push @lines, "include $path"; return };
    push @files, $path;
    for (<$f>) {
        s/^\s+|\s+$//g;
        next if /^(?:#|$)/;
        if (/^include\s+(.*)/i) { load($_, $depth + 1) for named(bare($1)) } else { push @lines, $_ }
    }
    close $f or die "$path: $!\n";
}

sub bare { my $text = shift; $text =~ s/^(["'])(.*)\1$/$2/; return $text }

sub named {
    my $path = shift;
    return $path unless $path =~ /[*?\[]/;
    $path =~ s/([\s{}~"'\\])/\\$1/g;
    return glob $path;
}

sub values_of { my $name = shift; return map { /^\Q$name\E\s+(.*)/i ? bare($1) : () } @lines }
sub value_of { return (values_of(@_))[-1] // "" }

load($file, 0);
