# What can be read of PHP without running it: define(), const, assignments, and arrays that are returned. What
# stands in a block of anything but a class may not be executed, so its value is not known.
sub php {
    my ($text) = @_;
    my @tokens;
    pos($text) = 0;
    while (pos($text) < length $text) {
        if ($text =~ m{\G(?:\s+|//[^\n]*|\#(?!\[)[^\n]*|/\*.*?\*/|<\?php\b|\?>)}gcs) { next }
        if ($text =~ /\G<<<["']?(\w+)["']?\n.*?\n\s*\1\b/gcs) { push @tokens, ["odd"] }
        elsif ($text =~ /\G'((?:[^'\\]|\\.)*)'/gcs) { push @tokens, ["text", $1 =~ s/\\([\\'])/$1/gr] }
        elsif ($text =~ /\G"((?:[^"\\]|\\.)*)"/gcs) {
            push @tokens, $1 =~ /\$/ ? ["odd"] : ["text", unescaped($1)];
        }
        elsif ($text =~ /\G\$(\w+)/gc) { push @tokens, ["variable", $1] }
        elsif ($text =~ /\G(\d[\w.]*|[A-Za-z_\\][\w\\]*)/gc) { push @tokens, ["word", $1] }
        elsif ($text =~ /\G(=>|->|==+|[.+*\/-]=|.)/gcs) { push @tokens, [$1] }
    }
    my $at = 0;
    my $is = sub { my ($kind, $place) = @_; my $one = $tokens[$place // $at]; $one && $one->[0] eq $kind };
    my $named = sub { my $one = $tokens[$at]; $one && $one->[0] eq "word" && lc $one->[1] eq $_[0] };
    my ($value, $plain);
    $plain = sub {
        my ($path) = @_;
        odd() if @$path > 100;
        my $from = $at;
        my $close = $is->("[") ? "]" : $named->("array") && $is->("(", $at + 1) ? ")" : "";
        if ($close) {
            $at += $close eq "]" ? 1 : 2;
            my $place = 0;
            while ($at < @tokens && !$is->($close)) {
                my $name = $place;
                if ($is->("=>", $at + 1)) { $name = $tokens[$at][1] // "?"; $at += 2 }
                else { $place++ }
                $plain->([@$path, $name]);
                $at++ if $is->(",");
            }
            $at++;
            return;
        }
        my $depth = 0;
        while ($at < @tokens) {
            last if !$depth && $tokens[$at][0] =~ /^[,;\])]$/;
            $depth++ if $tokens[$at][0] =~ /^[\[(\{]$/;
            $depth-- if $tokens[$at][0] =~ /^[\])\}]$/;
            $at++;
        }
        my $is_plain = $at == $from + 1 && ($is->("text", $from) || $is->("word", $from));
        add($path, $is_plain ? $tokens[$from][1] : undef);
    };
    # For each block whether it is certain; and whether the next one belongs to a class.
    my (@blocks, $is_class);
    my $is_loose = grep { $_->[0] eq "word" && $_->[1] =~ /^end(?:if|for|foreach|while|switch)$/i } @tokens;
    $value = sub {
        my ($before, $path) = @_;
        my $from = @main::found;
        my $behind = $before > 0 ? $tokens[$before - 1] : ["<"];
        my $may_lack = $is_loose || grep({ !$_ } @blocks) || $behind->[0] =~ /^[):?]$/
            || ($behind->[0] eq "word" && $behind->[1] =~ /^(?:else|do)$/i);
        $plain->($path);
        if ($may_lack) { $_->[1] = undef for @main::found[$from .. $#main::found] }
    };
    while ($at < @tokens) {
        my $from = $at;
        if ($is->("{")) { push @blocks, $is_class; $is_class = 0; $at++ }
        elsif ($is->("}")) { pop @blocks; $is_class = 0; $at++ }
        elsif ($is->(";")) { $is_class = 0; $at++ }
        elsif ($named->("class") || $named->("interface") || $named->("namespace")) { $is_class = 1; $at++ }
        elsif ($named->("define") && $is->("(", $at + 1) && $is->("text", $at + 2) && $is->(",", $at + 3)) {
            my $name = $tokens[$at + 2][1];
            $at += 4;
            $value->($from, [$name]);
        } elsif ($named->("const") && $is->("word", $at + 1) && $is->("=", $at + 2)) {
            my $name = $tokens[$at + 1][1];
            $at += 3;
            $value->($from, [$name]);
        } elsif ($named->("return")) {
            $at++;
            $value->($from, []) if $is->("[") || $named->("array");
        } elsif ($is->("variable")) {
            my @path = $tokens[$at++][1];
            while (1) {
                if ($is->("[") && $is->("]", $at + 2)) { push @path, $tokens[$at + 1][1] // "?"; $at += 3 }
                elsif ($is->("->") && $is->("word", $at + 1)) { push @path, $tokens[$at + 1][1]; $at += 2 }
                else { last }
            }
            next unless $is->("=");
            $at++;
            $value->($from, \@path);
        } else { $at++ }
    }
}
