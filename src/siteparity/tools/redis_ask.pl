our @client;

# What the running Redis answers; the program ends if it does not.
sub asked {
    my $pid = open my $answer, "-|";
    defined $pid or die "fork: $!\n";
    if (!$pid) { open STDERR, ">&", *STDOUT; exec @client, @_; exit 127 }
    my $text = join "", <$answer>;
    close $answer or do { print STDERR $text; exit 1 };
    return $text;
}
