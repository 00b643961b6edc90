# The lines of the file of users, where the configuration names one.
sub users {
    my $path = value_of("aclfile");
    return if $path eq "";
    open my $f, "<", $path or die "$path: $!\n";
    my @users = map { s/^\s+|\s+$//gr } <$f>;
    close $f or die "$path: $!\n";
    return grep { !/^(?:#|$)/ } @users;
}
