# Whether files that are stored at the other site lie here as well. $STORED: "BYTES:SHA256:RIGHTS:FILE" each, with "-"
# where nobody knows the digest. Prints "WHAT\tFILE", with FILE coded as words are.

sub state_of {
    my ($bytes, $digest, $rights, $path) = @_;
    my ($mode, $uid, $gid, $size) = (lstat $path)[2, 4, 5, 7];
    return "missing" if !defined $mode;
    return "no file" if ($mode & 0170000) != 0100000;
    return "$size bytes in place of $bytes" if $size != $bytes;
    my $here = rights($mode, $uid, $gid);
    return "$here in place of $rights" if $here ne $rights;
    return $digest eq "-" || $digest eq sha256($path) ? "there" : "other content";
}

for (given("STORED")) {
    my ($bytes, $digest, $mode_owner, $group, $path) = split /:/, $_, 5;
    print state_of($bytes, $digest, "$mode_owner:$group", $path), "\t", coded($path), "\n";
}
print "end\n";
