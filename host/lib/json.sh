# JSON in and out with what every Debian has: bash and perl-base (docs/adr/0001-host-json.md).

# Reads one JSON text on stdin, writes it flat: NUL-terminated pairs of pointer and value.
# A pointer is an RFC 6901 pointer with ~2 for "#". A scalar's value is its text, an array's its length,
# an object's its number of members, whose names follow under "<pointer>#<n>".
# json_flatten [prefix] - only the pairs whose pointer begins so: bash takes long over hundreds of others.
json_flatten() {
  perl -e '
    use strict;
    my $prefix = shift;
    binmode STDIN; binmode STDOUT; local $/; my $text = <STDIN>; my $out = "";
    sub bad { die "the document is no complete JSON text: " . $_[0] . " at byte " . (pos($text) || 0) . "\n" }
    sub emit { $out .= "$_[0]\0$_[1]\0" if index($_[0], $prefix) == 0 }
    sub token { my $t = shift; $t =~ s/~/~0/g; $t =~ s{/}{~1}g; $t =~ s/#/~2/g; $t }
    my %escape = (b => "\b", f => "\f", n => "\n", r => "\r", t => "\t");
    sub code {
      my $c = shift;
      bad("a NUL or half a surrogate pair in a string") if $c == 0 || ($c >= 0xD800 && $c <= 0xDFFF);
      my $u = chr $c; utf8::encode($u); $u
    }
    sub space { $text =~ /\G[ \t\r\n]+/gc }
    sub string {
      $text =~ /\G"/gc or bad("a string expected");
      my $s = "";
      while (1) {
        if ($text =~ /\G([^"\\\x00-\x1f]+)/gc) { $s .= $1 }
        elsif ($text =~ /\G"/gc) { return $s }
        elsif ($text =~ /\G\\(["\\\/])/gc) { $s .= $1 }
        elsif ($text =~ /\G\\([bfnrt])/gc) { $s .= $escape{$1} }
        elsif ($text =~ /\G\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/gc) {
          $s .= code(0x10000 + ((hex($1) - 0xD800) << 10) + hex($2) - 0xDC00)
        }
        elsif ($text =~ /\G\\u([0-9a-fA-F]{4})/gc) { $s .= code(hex($1)) }
        else { bad("the end of a string expected") }
      }
    }
    sub value {
      my ($p) = @_; space();
      if ($text =~ /\G\{/gc) {
        my @names; my @saved = ($out); $out = ""; space();
        unless ($text =~ /\G\}/gc) {
          while (1) {
            space(); my $name = string(); push @names, $name;
            space(); $text =~ /\G:/gc or bad("a colon expected");
            value("$p/" . token($name)); space();
            next if $text =~ /\G,/gc;
            last if $text =~ /\G\}/gc;
            bad("a comma or closing brace expected");
          }
        }
        my $inner = $out; $out = $saved[0];
        emit($p, scalar @names) if $p ne "";
        for my $i (0 .. $#names) { emit("$p#$i", $names[$i]) }
        $out .= $inner;
      } elsif ($text =~ /\G\[/gc) {
        my $n = 0; my $before = $out; $out = ""; space();
        unless ($text =~ /\G\]/gc) {
          while (1) {
            value("$p/$n"); $n++; space();
            next if $text =~ /\G,/gc;
            last if $text =~ /\G\]/gc;
            bad("a comma or closing bracket expected");
          }
        }
        my $inner = $out; $out = $before;
        emit($p, $n) if $p ne "";
        $out .= $inner;
      } elsif (substr($text, pos($text), 1) eq "\"") { emit($p, string()) }
      elsif ($text =~ /\G(true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)/gc) { emit($p, $1) }
      else { bad("a value expected") }
    }
    pos($text) = 0; value(""); space();
    bad("more text after the end") if pos($text) < length $text;
    print $out;
  ' "${1-}"
}

# Reads NUL-terminated triples of pointer, type (s string, n number, b boolean, a empty array, o empty object)
# and value, writes one line of JSON. "-" as a pointer's part means the array's newest element, "+" a new one.
json_build() {
  perl -e '
    use strict;
    binmode STDIN; binmode STDOUT; local $/ = "\0"; my @in = <STDIN>; chomp @in;
    my $root = {};
    while (@in) {
      my ($pointer, $type, $value) = splice @in, 0, 3;
      my (undef, @parts) = split m{/}, $pointer, -1;
      s/~1/\//g, s/~2/#/g, s/~0/~/g for @parts;
      my $slot = \$root;
      for my $part (@parts) {
        if ($part eq "+") { $$slot = [] unless ref $$slot eq "ARRAY"; push @{$$slot}, undef; $slot = \$$slot->[-1] }
        elsif ($part eq "-") { $slot = \$$slot->[-1] }
        else { $$slot = {} unless ref $$slot eq "HASH"; $slot = \$$slot->{$part} }
      }
      if ($type eq "a") { $$slot = [] unless ref $$slot eq "ARRAY" }
      elsif ($type eq "o") { $$slot = {} unless ref $$slot eq "HASH" }
      else { $$slot = \[$type, $value] }
    }
    my %short = ("\"" => "\\\"", "\\" => "\\\\", "\n" => "\\n", "\t" => "\\t", "\r" => "\\r");
    sub string {
      my $s = shift;
      utf8::decode($s) or $s =~ s/[\x80-\xff]/?/g;
      $s =~ s/(["\\\x00-\x1f\x7f])/exists $short{$1} ? $short{$1} : sprintf "\\u%04x", ord $1/ge;
      utf8::encode($s); "\"$s\""
    }
    sub text {
      my $v = shift;
      return "null" unless defined $v;
      return "[" . join(",", map { text($_) } @$v) . "]" if ref $v eq "ARRAY";
      return "{" . join(",", map { string($_) . ":" . text($v->{$_}) } sort keys %$v) . "}" if ref $v eq "HASH";
      my ($type, $value) = @{$$v};
      return string($value) if $type eq "s";
      return $value if $type eq "n" && $value =~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
      return $value if $type eq "b" && $value =~ /^(true|false)$/;
      return string($value)
    }
    print text($root), "\n";
  '
}

declare -A DOC=()

# Fills DOC from the JSON text on stdin: one array for the whole document, keyed by pointer.
json_read() {
  local flat=()
  # A process substitution's exit code is lost, so the filter's success is its own last pair.
  mapfile -d '' flat < <(json_flatten '' && printf '#complete\0#\0')
  local n=${#flat[@]}
  if ((n < 2)) || [[ ${flat[n - 2]} != '#complete' ]]; then
    fail '' 'the document did not arrive whole' 'run it again; if it stays, the connection cuts standard input short'
  fi
  local i
  for ((i = 0; i < n - 2; i += 2)); do DOC["${flat[i]}"]=${flat[i + 1]}; done
}

# doc <pointer> [default] - one value of the document, on stdout.
doc() {
  printf '%s' "${DOC["$1"]-${2-}}"
}

# doc_count <pointer> - an array's or object's length. Bash evaluates what it counts with, so only digits get there.
doc_count() {
  local n=${DOC["$1"]:-0}
  if [[ ! $n =~ ^[0-9]+$ ]]; then fail '' "$1 is no list" 'this is a fault in annex: the document went past its schema'; fi
  printf '%s' "$n"
}

# doc_names <pointer> - the object's member names, into NAMES.
doc_names() {
  NAMES=()
  local i n
  n=$(doc_count "$1")
  for ((i = 0; i < n; i++)); do NAMES+=("${DOC["$1#$i"]}"); done
}

# doc_list <pointer> - the array's scalar values, into LIST.
doc_list() {
  LIST=()
  local i n
  n=$(doc_count "$1")
  for ((i = 0; i < n; i++)); do LIST+=("${DOC["$1/$i"]}"); done
}

# doc_token <name> - a member's name as part of a pointer.
doc_token() {
  local t=${1//'~'/'~0'}
  t=${t//'/'/'~1'}
  printf '%s' "${t//'#'/'~2'}"
}
