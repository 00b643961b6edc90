sub toml {
    my ($text) = @_;
    my (@section, %count);
    while (blank(\$text), $text =~ /\G(?=.)/gcs) {
        if ($text =~ /\G\[(\[?)/gc) {
            my ($is_list, @path) = ($1);
            my $name = key(\$text);
            $text =~ ($is_list ? qr/\G\s*\]\]/ : qr/\G\s*\]/) or odd();
            pos($text) = $+[0];
            # A table belongs to the last entry of each list around it.
            for my $at (0 .. $#$name) {
                push @path, $name->[$at];
                my $list = join "\0", @path;
                $count{$list}++ if $is_list && $at == $#$name;
                push @path, $count{$list} - 1 if $count{$list};
            }
            @section = @path;
        } else {
            my $name = key(\$text);
            $text =~ /\G\s*=[ \t]*/gc or odd();
            value(\$text, [@section, @$name]);
        }
        $text =~ /\G[ \t]*(?:\#[^\n]*)?\r?(?:\n|\z)/gc or odd();
    }
}
