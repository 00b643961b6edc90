use strict;
# Argument: 1 to read every file, whatever its times say; else 0.
# Prints "KIND\tPACKAGE\tPATH" for each finding, where KIND is A (altered), M (missing), U (cannot be read) or
# L (not a list of checksums); "P\tPATH\tMODE OWNER:GROUP" for an unusual mode or owner; "P\tPATH\tgone" below
# /etc; "K\tPATH\tTARGET" for each symbolic link; and last "= LISTS FILES READ", how many of each.
my $all = shift;
my $info = "/var/lib/dpkg/info";
chdir $info or die "$info: $!\n";
my (%diverted, %own, %is_file, %is_whole, %users, %groups, $obsolete, @suspects, $lists, $files, $read);
$lists = $files = $read = 0;
if (-e "../diversions") {
    open my $f, "<", "../diversions" or die "diversions: $!\n";
    while (defined(my $from = <$f>)) {
        my ($to, $by) = (scalar <$f>, scalar <$f>);
        defined $by or die "diversions: cut off\n";
        chomp($from, $to, $by);
        $diverted{$from} = [$to, $by];
    }
}

sub own {
    my ($package, $path) = @_;
    if (!$own{$package}) {
        my %paths;
        if (open my $f, "<", "$package.list") { while (<$f>) { chomp; $paths{$_} = 1 } }
        else { $paths{""} = 1 }    # without a list of paths, every path is its own
        if (open my $f, "<", "$package.conffiles") {
            while (<$f>) { delete $paths{$1} if m{^(?:remove-on-upgrade )?(/.*)} }
        }
        $own{$package} = \%paths;
    }
    return $own{$package}{""} || $own{$package}{$path};
}

sub unusual {
    my ($path, $mode, $uid, $gid) = @_;
    my $is_program = $path =~ m{/s?bin/};
    return if !$uid && !$gid && ($mode == 0755 || $mode == 0644 && !$is_program) && !-d _;
    my $owner = $users{$uid} //= $uid ? getpwuid($uid) // $uid : "root";
    my $group = $groups{$gid} //= $gid ? getgrgid($gid) // $gid : "root";
    printf "P\t%s\t%04o %s:%s\n", $path, $mode, $owner, $group;
}

sub real { my $to = $diverted{$_[0]}; return $to && $to->[1] ne $_[1] ? $to->[0] : $_[0] }

sub say_it { print join("\t", @_), "\n" if $_[0] eq "L" || own($_[1], $_[2]) }

print "[files]\n";
opendir my $d, "." or die "$info: $!\n";
for my $list (sort grep { /\.md5sums\z/ && -s } readdir $d) {
    my $package = substr $list, 0, -8;
    (my $name = $package) =~ s/:.*//;
    open my $f, "<", $list or die "$list: $!\n";
    my $laid = (stat $f)[10];
    $lists++;
    $is_whole{$package} = 1;
    while (my $line = <$f>) {
        if ($line !~ m{^([0-9a-f]{32}) [ *](?:\.?/)?([^/\n].*)\n?\z}) {
            say_it("L", $package, "$info/$list");
            last;
        }
        my ($sum, $path) = ($1, "/$2");
        $is_file{$path} = 1;
        my $real = real($path, $name);
        my ($mode, $uid, $gid, $mtime, $ctime) = (lstat $real)[2, 4, 5, 9, 10];
        $files++;
        if (!defined $ctime) {
            $! == 2 || $! == 20 or die "$real: $!\n";
            say_it("M", $package, $path);
            next;
        }
        unusual($path, $mode & 07777, $uid, $gid) if ($mode & 0170000) == 0100000;
        if ($all || $ctime > $laid || $ctime < $laid - 3600
            || ($ctime == $laid && $mtime >= $laid - 1) || !-f _) {
            push @suspects, [$package, $path, $real, $sum];
        }
    }
}
my $of_apt = qr{^/var/(?:lib/apt/lists|cache/apt/archives)/};

sub gone {
    my ($package, $path) = @_;
    return if $path =~ $of_apt || !own($package, $path);
    if ($path !~ m{^/etc/}) { say_it("M", $package, $path); return }
    if (!$obsolete) {
        open my $status, "<", "../status" or die "status: $!\n";
        while (<$status>) { $obsolete->{$1} = 1 if m{^ (/.*) [0-9a-f]{32} obsolete} }
        $obsolete ||= {};
    }
    print "P\t$path\tgone\n" if !$obsolete->{$path};
}

sub link_at { my $to = readlink $_[0]; print "K\t$_[0]\t$to\n" if defined $to }

opendir $d, "." or die "$info: $!\n";
for my $list (grep { /\.list\z/ } readdir $d) {
    my $package = substr $list, 0, -5;
    (my $name = $package) =~ s/:.*//;
    open my $f, "<", $list or die "$list: $!\n";
    while (my $path = <$f>) {
        chomp $path;
        next if $is_file{$path}++ || $path eq "/.";
        my $real = %diverted ? real($path, $name) : $path;
        if (defined(my $to = readlink $real)) { print "K\t$path\t$to\n"; next }
        if ($! != 22) {
            $! == 2 || $! == 20 or die "$path: $!\n";
            gone($package, $path) if $is_whole{$package};
            next;
        }
        my ($mode, $uid, $gid) = (lstat $real)[2, 4, 5];
        next if $mode == 0040755 && !$uid && !$gid || !-d _ || $path =~ $of_apt;
        unusual($path, $mode & 07777, $uid, $gid);
    }
}
if (opendir my $chosen, "/etc/alternatives") {
    link_at("/etc/alternatives/$_") for readdir $chosen;
}

$read = @suspects;
while (my @some = splice @suspects, 0, 500) {
    my %sums;
    open my $h, "-|", "md5sum", "-z", "--", map { $_->[2] } @some or die "md5sum: $!\n";
    { local $/ = "\0"; while (<$h>) { chomp; $sums{substr $_, 34} = substr $_, 0, 32 } }
    close $h or !$! or die "md5sum: $!\n";
    for (@some) {
        my ($package, $path, $real, $sum) = @$_;
        my $found = $sums{$real};
        if (!defined $found) { say_it("U", $package, $path) }
        elsif ($found ne $sum) { say_it("A", $package, $path) }
    }
}
print "= $lists $files $read\nend\n";
