use strict;
use Text::ParseWords;
# "NAME\tSTATE\tVALUE\tFILE\tHASH" for each variable; the value is that of the files, or of the process if they
# have none. FILE is the environment file that sets it. HASH is of what the value hides, or "-". Before that,
# "PATH\tSTATE" for each file that the values come from: inode, time of the last change, and size.
my $main = $ENV{MAIN};
my @shown = split /\n/, $ENV{SHOWN};
my (%wanted, %running, %from, %sources);
for (@shown) { /^(?:FragmentPath|DropInPaths)=(.*)/ and $sources{$_} = 1 for split " ", $1 // "" }
for (environment(@shown)) {
    my ($name, $value, $file) = @$_;
    $from{$name} = $file;
    $sources{$file} = 1 if $file ne "";
    $wanted{$name} = $value // die "$file: $name is written in a way that is not understood\n";
}

open my $e, "<", "/proc/$main/environ" or die "the environment of the process: $!\n";
my $all = do { local $/; <$e> } // "";
my $is_over = $all =~ /(?:^|\0)\0\z/ || grep { !/^[^=]+=/s } split /\0/, $all;
for (reverse split /\0/, $all) { $running{$1} = $2 if /^([A-Za-z_]\w*)=(.*)/s }
die "the environment of the process is empty\n" unless %running || $is_over;

# A program that shows a title of its own writes it over its environment (setproctitle). It was started with
# what its files say if none of them was changed since.
if ($is_over) {
    my $file = changed_since();
    defined $file and die "the environment of process $main was written over by its title, and $file was changed "
        . "since it started: restart the service, so that it is known what it runs with\n";
    %running = %wanted;
}

# The first file that was changed since the service was started. Ticks are hundredths of a second; a process
# that starts now tells the current time in them.
sub changed_since {
    my @files = grep { -e } files() or return undef;
    my $now = substr(`date +%s%N`, 0, 12) || die "date tells no time\n";
    my $own = `cat /proc/self/stat` || die "cat tells no time\n";
    my $started = sprintf "@%.2f", ($now - (ticks($own) - ticks(stat_of($main))) - 2) / 100;
    open my $f, "-|", "find", "-L", @files, qw(-maxdepth 0 -newerct), $started, "-print", "-quit"
        or die "find: $!\n";
    my $changed = <$f>;
    close $f or die "find: the files with the settings of the process cannot be looked at\n";
    chomp $changed if defined $changed;
    return $changed;
}

sub stat_of {
    open my $s, "<", "/proc/$_[0]/stat" or die "process $_[0]: $!\n";
    local $/;
    return <$s> // "";
}

sub ticks {
    my ($fields) = $_[0] =~ /.*\) (.*)/s;
    return (split " ", $fields)[19];
}

# The unit's own files, and those of its environment.
sub files {
    return map { /^(?:FragmentPath|DropInPaths)=(.*)/ ? split(" ", $1)
        : /^EnvironmentFiles=(.*?)(?: \(.*)?$/ ? glob($1) : () } @shown;
}

# Such a program sets variables of its own before it starts the service, and may take others away.
sub is_shell_script {
    my ($path) = map { /^ExecStart=\{ path=(\S+) ;/ ? $1 : () } @shown;
    open my $s, "<", $path // return 0 or return 0;
    return (<$s> // "") =~ m{^#!\s*\S*/(?:env\s+)?(?:ba|da|k|z)?sh\b};
}
my $by_script = is_shell_script();
my $takes_away = $by_script && !defined changed_since();

my (@told, @secrets);
for my $name (sort keys %{{%wanted, %running}}) {
    next if !defined $wanted{$name} && ($by_script || $name =~ /^(?:@OWN@)$/);
    my $state = !defined $wanted{$name} ? "stale" : !defined $running{$name} ? $takes_away ? "same" : "unset"
        : $wanted{$name} eq $running{$name} ? "same" : "differs";
    my $value = $wanted{$name} // $running{$name};
    begin("");
    my $shown = $value =~ /\n/ ? "$name=***" : shown("$name=$value");
    my @hides = $value =~ /\n/ ? $value : @hidden;
    $shown =~ s/^\Q$name\E=//;
    $shown =~ s/([\\\t\n\r])/sprintf "\\x%02x", ord $1/ge;
    push @told, [$name, $state, $shown, $from{$name} // ""];
    push @secrets, @hides ? join "\0", @hides : undef;
}
open my $s, "-|", "stat", "-L", "--printf", '%n\t%i %.9Z %s\n', "--", sort keys %sources or die "stat: $!\n" if %sources;
if ($s) { print <$s>; close $s or die "stat: a file is gone\n" }
my @hashes = keyed(grep { defined } @secrets);
print join("\t", @$_, defined shift @secrets ? substr shift @hashes, 0, 12 : "-"), "\n" for @told;
print "end\n";
