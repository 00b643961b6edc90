# "known NAME", "unknown NAME" or "wordy NAME" for each first word of a line. Then the state of each file and folder that a
# start needs, tried as the account of the server that runs (redis_as_server.sh). A server opens its files for
# TLS only if it uses TLS; it logs to the journal if no file is named.
our (@lines, @files);
my ($pid) = asked("INFO", "server") =~ /^process_id:(\d+)/m or die "INFO: no process_id\n";
open my $status, "<", "/proc/$pid/status" or die "/proc/$pid/status: $!\n";
my %id = map { /^([UG]id):\s+\d+\s+(\d+)/ ? ($1, $2) : () } <$status>;

# CONFIG GET tells which words are settings; some words of the file are none, and known all the same.
my %in_file = map { /^(\S+)/ ? (lc $1, 1) : () } @lines;
my %own = map { $_ => 1 } qw(include loadmodule rename-command user),
    qw(list-max-ziplist-entries list-max-ziplist-value lua-replicate-commands io-threads-do-reads dynamic-hz);
my @names = grep { /^[a-z0-9_.-]{1,80}$/ } sort keys %in_file;
my @kept = qw(dir appenddirname appendfilename appendonly aclfile);
my $json = asked("--json", "CONFIG", "GET", @kept, grep { !$own{$_} } @names);
my %runs = $json =~ /"([^"\\]+)":"((?:[^"\\]|\\.)*)"/g;
s/\\(.)/$1/g for values %runs;
# All take one value but some, and what runs has as many words; a comment behind a value counts as words.
my %several = map { $_ => 1 } qw(bind save replicaof slaveof client-output-buffer-limit oom-score-adj-values),
    qw(latency-tracking-info-percentiles rdma-bind cluster-announce-client-ipv4);
my %wordy;
for (@lines) {
    my ($name, $rest) = /^(\S+)\s*(.*)/ or next;
    $name = lc $name;
    my @words = $rest =~ /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"']\S*)/g;
    my @of_running = split " ", $runs{$name} // "";
    my $most = $several{$name} || @of_running > 1 ? 1000 : 1;
    $wordy{$name} = 1 if exists $runs{$name} && !$own{$name} && (!@words || @words > $most);
}
print $wordy{$_} ? "wordy" : exists $runs{$_} || $own{$_} ? "known" : "unknown", " $_\n" for sort keys %in_file;
print "known (no word at all)\n" unless %in_file;

my $dir = $runs{dir};
my @tries;
sub at { my $path = shift; return $path =~ m{^/} ? $path : "$dir/$path" }
sub try { my ($test, $path, $state) = @_; push @tries, $test, $path, -e $path ? $state : "missing" }
sub folder { my $path = at(shift); $path =~ s{/+[^/]*$}{}; return $path eq "" ? "/" : $path }

try("-r", $_, "unreadable") for @files, map({ /^include (.*)/ ? $1 : () } @lines);
my %users = map { ($_, 1) } grep { $_ ne "" } $runs{aclfile}, value_of("aclfile");
try("-r", at($_), "unreadable") for sort keys %users;
my %folders = map { ($_, 1) } $dir, grep { $_ ne "" } value_of("dir");
try("-w", $_, "unwritable") for sort keys %folders;
my $log = value_of("logfile");
if ($log ne "" && lc $log ne "stdout") {
    try("-w", -e at($log) ? at($log) : folder($log), "unwritable");
}
my $socket = value_of("unixsocket");
try("-w", folder($socket), "unwritable") if $socket ne "";
for (values_of("loadmodule")) {
    my ($module) = /^["']?([^\s"']+)/ or next;
    try("-r", at($module), "unreadable");
    try("-x", at($module), "unexecutable");
}
if (value_of("tls-port") =~ /[1-9]/ || grep { lc value_of($_) eq "yes" } qw(tls-replication tls-cluster)) {
    for (qw(cert-file key-file client-cert-file client-key-file dh-params-file ca-cert-file ca-cert-dir)) {
        my $path = value_of("tls-$_");
        try("-r", at($path), "unreadable") if $path ne "";
    }
}
my ($aof, $list) = ("", "");
if ($runs{appendonly} eq "yes") {
    $aof = "$dir/$runs{appenddirname}";
    $list = "$aof/$runs{appendfilename}.manifest";
    try("-w", $aof, "unwritable");
    try("-r", $list, "unreadable");
}
exec "setpriv", "--reuid=$id{Uid}", "--regid=$id{Gid}", "--init-groups", "--",
    "sh", "-c", $ENV{AS_SERVER}, "sh", $aof, $list, @tries or die "setpriv: $!\n";
