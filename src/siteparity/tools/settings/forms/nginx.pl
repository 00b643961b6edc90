# "name value;" in blocks "name { }".
sub nginx {
    my ($text) = @_;
    my (@path, @words);
    while ($text =~ /\G\s*(?:\#[^\n]*|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s;{}"'#][^\s;{}]*)|([;{}]))/gc) {
        if (defined $1) { push @words, $1 }
        elsif (!defined $2) { next }
        else {
            my ($mark, $name, @values) = ($2, @words);
            s/^(["'])(.*)\1$/$2/s for @values;
            add([@path, $name], join " ", @values) if $mark eq ";" && defined $name;
            push @path, $name // "" if $mark eq "{";
            pop @path if $mark eq "}";
            @words = ();
        }
    }
    odd() unless $text =~ /\G\s*\z/ && !@path && !@words;
}
