sub json {
    my ($text) = @_;
    value(\$text, []);
    blank(\$text);
    odd() if $text =~ /\G./gcs;
}
