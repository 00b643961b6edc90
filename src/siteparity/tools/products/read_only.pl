# read_only() makes this process, and all that it starts, unable to change the host. A program that opens a file
# to write to it gets descriptor 0 instead, which is /dev/null and cannot be closed: what tests itself opens its
# logs, and must not find them read-only. Folders are not made, owners and modes are not changed, no port is
# opened, no message goes to the log of the system, no process is ended (seccomp(2)). It needs no privilege, so
# it works in containers as well.
my ($NOW, $GOOD, $WRITES, $SECCOMP) = (0x7fff0000, 0x00050000, 0x400243, 22);    # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE
my ($EPERM, $EACCES, $EEXIST, $EROFS, $ENOSYS, $EADDRINUSE) = (1, 13, 17, 30, 38, 98);
# The numbers of calls of each kind of machine: its number as seccomp knows it, then the calls.
my %calls_of = (
    x86_64 => {
        arch => 0xC000003E, seccomp => 157, close => 3, open => 2, openat => 257, openat2 => 437, socket => 41, bind => 49,
        # chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat truncate ftruncate fallocate utime utimes
        # utimensat futimesat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr creat
        pretended => [90, 91, 268, 452, 92, 93, 94, 260, 76, 77, 285, 132, 235, 280, 261, 188, 189, 190, 197, 198, 199, 85],
        made => [83, 258],                                               # mkdir mkdirat
        # rename renameat renameat2 rmdir unlink unlinkat link linkat symlink symlinkat mknod mknodat
        refused => [82, 264, 316, 84, 87, 263, 86, 265, 88, 266, 133, 259],
        # kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal ptrace process_vm_writev mount
        # umount2 pivot_root swapon swapoff reboot sethostname setdomainname settimeofday clock_settime adjtimex
        # clock_adjtime init_module finit_module delete_module kexec_load kexec_file_load quotactl bpf
        # perf_event_open open_by_handle_at setns unshare acct syslog add_key request_key keyctl shmget semget
        # msgget mq_open mq_unlink setpriority ioprio_set fsopen move_mount mount_setattr
        forbidden => [62, 200, 234, 129, 297, 424, 101, 311, 165, 166, 155, 167, 168, 169, 170, 171, 164, 227, 159,
            305, 175, 313, 176, 246, 320, 179, 321, 298, 304, 308, 272, 163, 103, 248, 249, 250, 29, 64, 68, 240, 241,
            141, 251, 430, 429, 442],
        unknown => [425, 426, 427],                                      # io_uring_*
    },
    aarch64 => {
        arch => 0xC00000B7, seccomp => 167, close => 57, openat => 56, openat2 => 437, socket => 198, bind => 200,
        pretended => [52, 53, 452, 54, 55, 45, 46, 47, 88, 5, 6, 7, 14, 15, 16],
        made => [34],
        refused => [38, 276, 35, 37, 36, 33],
        forbidden => [129, 130, 131, 138, 240, 424, 117, 271, 40, 39, 41, 224, 225, 142, 161, 162, 170, 112, 171, 266,
            105, 273, 106, 104, 294, 60, 280, 241, 265, 268, 97, 89, 116, 217, 218, 219, 194, 190, 186, 180, 181,
            140, 30, 430, 429, 442],
        unknown => [425, 426, 427],
    },
);

# One instruction of the filter (linux/filter.h): code, where to go on if true and if not, value.
sub word { return pack "SCCL", 0x20, 0, 0, shift }    # the word of the call at an offset
sub leave { return pack "SCCL", 0x06, 0, 0, shift }
sub when { return pack "SCCL", 0x15, 0, $_[1], $_[0] }    # if it is this, else go on further on
sub has_none { return pack "SCCL", 0x45, $_[1], 0, $_[0] }    # if no bit is set, else go on further on

sub answer { my ($how, @calls) = @_; return map { (when($_, 1), leave($GOOD | $how)) } @calls }
sub opens { my ($call, $offset) = @_; return (when($call, 4), word($offset), has_none($WRITES, 1), leave($NOW), leave($GOOD)) }

sub filter {
    my $of = shift;
    my ($nr, $first, $second, $third) = (0, 16, 24, 32);    # struct seccomp_data
    my @filter = (
        word(4), pack("SCCL", 0x15, 1, 0, $of->{arch}), leave($GOOD | $EPERM),
        word($nr), pack("SCCL", 0x35, 0, 1, 0x40000000), leave($GOOD | $ENOSYS),
        answer(0, @{$of->{pretended}}), answer($EEXIST, @{$of->{made}}), answer($EROFS, @{$of->{refused}}),
        answer($EPERM, @{$of->{forbidden}}), answer($ENOSYS, $of->{openat2}, @{$of->{unknown}}),
        answer($EADDRINUSE, $of->{bind}),
    );
    push @filter, opens($of->{open}, $second) if $of->{open};
    push @filter, opens($of->{openat}, $third);
    push @filter, when($of->{close}, 4), word($first), when(0, 1), leave($GOOD), leave($NOW);
    # Messages to the log of the system: sockets of datagrams among the host's own programs.
    push @filter, when($of->{socket}, 8), word($first), when(1, 5), word($second), pack("SCCL", 0x54, 0, 0, 15),
        when(2, 1), leave($GOOD | $EACCES), leave($NOW), leave($NOW);
    return (@filter, leave($NOW));
}

sub read_only {
    my $machine = (split " ", `uname -m`)[0];
    my $of = $calls_of{$machine} or die "nobody knows the calls of a machine of the kind $machine\n";
    open STDIN, "+<", "/dev/null" or die "/dev/null: $!\n";
    my @filter = filter($of);
    my $code = join "", @filter;
    my $program = pack "S x6 P", scalar @filter, $code;
    syscall($of->{seccomp}, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!\n";
    syscall($of->{seccomp}, $SECCOMP, 2, $program) == 0 or die "seccomp: $!\n";
}
