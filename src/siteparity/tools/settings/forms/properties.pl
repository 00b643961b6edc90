# java.util.Properties
sub properties {
    my ($text) = @_;
    $text =~ s/\r$//gm;
    $text =~ s/(?<!\\)((?:\\\\)*)\\\n[ \t]*/$1/g;
    for (split /\n/, $text) {
        next if /^\s*[#!]/;
        next unless /^\s*((?:[^\s=:\\]|\\.)+)(?:\s*[=:]\s*|\s+|$)(.*)$/;
        my ($name, $value) = ($1, $2);
        s/\\([^u])/$1/g for $name, $value;
        add([$name], $value =~ /\\u/ ? undef : $value);
    }
}
