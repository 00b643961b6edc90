# What both questions about stored files tell of one of them.
use strict;

sub coded { return $_[0] =~ s{([^0-9A-Za-z.:/_\@+,-])}{sprintf "%%%03o", ord $1}ger }

sub rights {
    my ($mode, $uid, $gid) = @_;
    return sprintf "%04o %s:%s", $mode & 07777, (getpwuid $uid)[0] // $uid, (getgrgid $gid)[0] // $gid;
}

# Empty if it cannot be read. Digest::SHA is not in perl-base.
sub sha256 {
    my ($path) = @_;
    open my $sum, "-|", "sha256sum", "-z", "--", $path or die "sha256sum: $!\n";
    my $said = <$sum> // "";
    return close $sum ? substr $said, 0, 64 : "";
}
