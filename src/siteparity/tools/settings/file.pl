# Each form of a file: a text -> its settings as [KEY, VALUE], in the order of the file. Sections and the keys
# around a key are joined with dots, places in a list count from 0. A value is undef if it is no plain text.
our @found;

sub odd { die "it is written in a way that is not understood\n" }
sub add { my ($path, $value) = @_; push @found, [join(".", @$path), $value] }

# The settings of a file.
sub settings {
    my ($form, $file) = @_;
    open my $f, "<", $file or die "$file: $!\n";
    my $text = do { local $/; <$f> } // "";
    close $f or die "$file: $!\n";
    $text =~ s/^\xef\xbb\xbf//;
    length $text <= 1_000_000 or die "$file: it is larger than a file with settings\n";
    local @found;
    eval { main->can($form)->($text); 1 } or die "$file: $@";
    return @found;
}
