# A value of JSON, of YAML in one line, or of TOML, from the place where the last one ended.
sub value {
    my ($text, $path) = @_;
    odd() if @$path > 100;
    blank($text);
    if ($$text =~ /\G\{/gc) {
        until (blank($text), $$text =~ /\G\}/gc) {
            my $name = key($text);
            blank($text);
            $$text =~ /\G[:=]/gc or odd();
            value($text, [@$path, @$name]);
            blank($text);
            $$text =~ /\G,/gc || $$text =~ /\G(?=\})/gc or odd();
        }
        return;
    }
    if ($$text =~ /\G\[/gc) {
        my $place = 0;
        until (blank($text), $$text =~ /\G\]/gc) {
            value($text, [@$path, $place++]);
            blank($text);
            $$text =~ /\G,/gc || $$text =~ /\G(?=\])/gc or odd();
        }
        return;
    }
    if (my ($value) = quoted($text)) { add($path, $value); return }
    $$text =~ /\G([^,\]\}\n\#"'\{\[]+)/gc or odd();
    add($path, $1 =~ s/\s+$//r);
}

sub blank { my ($text) = @_; 1 while $$text =~ /\G(?:\s+|\#[^\n]*)/gc; return }

sub quoted {
    my ($text) = @_;
    return unescaped($1) if $$text =~ /\G"""\n?(.*?)"""/gcs;
    return $1 if $$text =~ /\G'''\n?(.*?)'''/gcs;
    return unescaped($1) if $$text =~ /\G"((?:[^"\\]|\\.)*)"/gcs;
    return $1 =~ s/''/'/gr if $$text =~ /\G'((?:[^']|'')*)'/gc;
    return;
}

sub unescaped {
    my ($text) = @_;
    my %of = (n => "\n", t => "\t", r => "\r", b => "\b", f => "\f");
    $text =~ s{\\(?:u([0-9A-Fa-f]{4})|(.))}{
        my $one = defined $1 ? chr hex $1 : $of{$2} // $2;
        utf8::encode($one) if defined $1;
        $one
    }gse;
    return $text;
}

# A key, or several that are joined with dots (TOML).
sub key {
    my ($text) = @_;
    my @path;
    do {
        blank($text);
        if (my ($name) = quoted($text)) { push @path, $name }
        elsif ($$text =~ /\G([\w\/\@\$*+-]+)/gc) { push @path, $1 }
        else { odd() }
    } while $$text =~ /\G[ \t]*\./gc;
    return \@path;
}
