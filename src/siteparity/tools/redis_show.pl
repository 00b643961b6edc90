# A line without its passwords. A misspelt name may stand before a password as well, so a name that only looks
# like that of a password is enough.
my $secret = qr/^(?!tls-auth-clients$|masteruser$)(?:requir|master|.*(?:@NAMES@|word))/i;

sub shown {
    my ($line) = @_;
    my ($name, $rest) = split " ", $line, 2;
    if ($name =~ /^["']?user["']?$/i) {
        $rest =~ s/"[^"]*[#><!][^"]*"/#(password)/g;
        $rest =~ s/[#><!]\S+/#(password)/g;
        return "$name $rest";
    }
    return bare($rest // "") eq "" ? $line : "$name ***" if $name =~ $secret;
    $line =~ s/(\S*(?:@NAMES@)\S*\s+)\S+/$1***/gi if $name =~ /^loadmodule/i;
    return (secret($line))[0];
}
