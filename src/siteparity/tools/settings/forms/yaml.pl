# YAML in blocks. What an alias or a text of several lines says is not known.
sub yaml {
    my @lines = split /\n/, $_[0];
    my @around = ({indent => -1, path => []});
    my $below;    # a text stands below the key with this indentation
    while (@lines) {
        my $line = shift @lines;
        $line =~ s/\r$//;
        next if $line =~ /^\s*(?:\#.*)?$/ || $line =~ /^(?:---|\.\.\.)\s*(?:\#.*)?$|^%/;
        $line =~ /^( *)(\S.*)$/ or odd();
        my ($indent, $rest) = (length $1, $2);
        if (defined $below) { next if $indent > $below; undef $below }
        my $is_entry;
        while ($rest =~ s/^-(?:( +)|$)//) {
            my $width = 1 + length($1 // "");
            pop @around while $around[-1]{indent} > $indent
                || ($around[-1]{indent} == $indent && $around[-1]{entry});
            my $list = $around[-1];
            push @around, {indent => $indent, entry => 1, path => [@{$list->{path}}, $list->{count}++ || 0]};
            $indent += $width;
            $is_entry = 1;
        }
        my $path;
        if ($rest =~ s/^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{},#&*!|>%\@`][^#]*?)\s*:(?:\s+|$)//) {
            my $name = $1;
            ($name) = quoted(\$name) if $name =~ /^["']/;
            pop @around while $around[-1]{indent} >= $indent;
            $path = [@{$around[-1]{path}}, $name];
            push @around, {indent => $indent, path => $path};
        } elsif ($is_entry) {
            $path = $around[-1]{path};
            $indent = $around[-1]{indent};
        } else {
            $main::found[-1][1] = undef if @main::found;    # the text of the last value goes on
            next;
        }
        $rest =~ s/^(?:[&!]\S*(?:\s+|$))+//;
        next if $rest =~ /^(?:\#.*)?$/;
        if ($rest =~ /^[|>]/) { $below = $indent; add($path, undef) }
        elsif ($rest =~ /^\*/) { add($path, undef) }
        elsif ($rest =~ /^[\[{"']/) {
            my ($text, $before) = ($rest, scalar @main::found);
            next if eval { value(\$text, $path); $text =~ /\G\s*(?:\#.*)?\z/gc };
            $#main::found = $before - 1;
            $text = join "\n", $rest, @lines;
            value(\$text, $path);
            $text =~ /\G[ \t]*(?:\#[^\n]*)?\r?(?:\n|\z)/gc or odd();
            @lines = split /\n/, substr $text, pos $text;
        } else { add($path, $rest =~ s/\s+(?:\#.*)?$//r) }
    }
}
