# An environment file, of systemd or of a shell.
sub env {
    for (split /\n/, $_[0]) {
        add([$1], environment_value($2)) if /^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=(.*)$/;
    }
}

# "name = value" with or without [sections], "name value", "name value;".
sub lines {
    my @section;
    for (split /\n/, $_[0]) {
        s/\r$//;
        next if m{^\s*(?:[#;!]|//)};
        if (/^\s*\[\s*([^\]]+?)\s*\]\s*(?:[#;].*)?$/) { @section = ($1); next }
        next unless /^\s*(?:export\s+|set\s+)?([^\s=][^=]*?)\s*=\s*(.*)$/ || /^\s*(\S+?):?\s+(.*)$/;
        my ($name, $value) = ($1, $2);
        $name =~ s/^(["'])(.*)\1$/$2/;
        add([@section, $name], line_value($value));
    }
}

sub line_value {
    my ($value) = @_;
    return $1 =~ s/\\(["\\\$`])/$1/gr if $value =~ /^"((?:[^"\\]|\\.)*)"\s*[;,]?\s*(?:[#;].*)?$/;
    return $1 if $value =~ /^'([^']*)'\s*[;,]?\s*(?:[#;].*)?$/;
    return undef if $value =~ /^["']|\\$/;
    $value =~ s/\s+[#;].*$//;
    $value =~ s/\s*;?\s*$//;
    return $value;
}
