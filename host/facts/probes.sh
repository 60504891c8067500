# What was asked to be tried: whether the host reaches others, and the room of a pool.

# Perl's sockets: a bare host has neither curl nor nc.
facts_probes() {
  local n i to from what
  fact probes/dial a ''
  n=$(doc_count /probes/dial)
  for ((i = 0; i < n; i++)); do
    to=$(doc "/probes/dial/$i/to")
    from=$(doc "/probes/dial/$i/from")
    if [[ -n $from ]]; then what=$(probe_from "$from" "$to"); else what=$(probe_dial "$to"); fi
    fact probes/dial/+/to s "$to"
    fact probes/dial/-/what s "$what"
    if [[ $what == reached ]]; then fact probes/dial/-/ok b true; else fact probes/dial/-/ok b false; fi
    if [[ -n $from ]]; then fact probes/dial/-/from s "$from"; fi
  done
}

# probe_dial <host:port> - says "reached", or why not.
probe_dial() {
  perl -MIO::Socket::IP -e '
    my ($host, $port) = $ARGV[0] =~ /^\[?(.*?)\]?:(\d+)$/;
    local $SIG{ALRM} = sub { print "no answer within 5 s"; exit };
    alarm 5;
    my $socket = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Type => IO::Socket::IP::SOCK_STREAM());
    print $socket ? "reached" : "not reached: " . ($@ || $!);
  ' "$1"
}

# probe_from <source address> <address:port> - the same from an address that this host need not have yet: the kernel sends a
# connection's first packet from it, and the answer is seen on the wire, since it cannot be delivered. So a missing route back
# to a tunnel that does not exist yet is known before anything is changed.
probe_from() {
  perl -MSocket -e '
    use strict;
    my $source = inet_aton($ARGV[0]);
    my ($host, $port) = $ARGV[1] =~ /^(.*):(\d+)$/;
    my $target = inet_aton($host) or print("not reached: $host is no address"), exit;
    my ($tcp, $wire);
    socket($wire, 17, SOCK_DGRAM, unpack("S", pack("n", 0x0800))) or print("not reached: cannot watch the wire: $!"), exit; # AF_PACKET, IPv4
    socket($tcp, PF_INET, SOCK_STREAM | 04000, 6) or print("not reached: $!"), exit; # SOCK_NONBLOCK, TCP
    setsockopt($tcp, 0, 19, pack("i", 1)) or print("not reached: cannot send from $ARGV[0]: $!"), exit; # IP_TRANSPARENT
    bind($tcp, pack_sockaddr_in(0, $source)) or print("not reached: cannot send from $ARGV[0]: $!"), exit;
    connect($tcp, pack_sockaddr_in($port, $target));
    my $end = time + 4;
    while (time < $end) {
      my $ready = "";
      vec($ready, fileno($wire), 1) = 1;
      next unless select($ready, undef, undef, 0.5) > 0;
      recv($wire, my $packet, 100, 0);
      next unless length($packet) >= 40 && unpack("x9 C", $packet) == 6;
      my $header = (unpack("C", $packet) & 15) * 4;
      print("reached"), exit
        if substr($packet, 12, 4) eq $target && substr($packet, 16, 4) eq $source && unpack("x$header n", $packet) == $port;
    }
    print "not reached: no answer to $ARGV[0] within 4 s";
  ' "$1" "$2"
}

# What a pool has: bytes free and in all, and its volumes. A disk that is not mounted yet is all free.
facts_pool_room() {
  local path device folder image total free
  path=$(doc /probes/pool/path)
  device=$(doc /probes/pool/device)
  if [[ -z $path ]]; then return; fi
  fact pool/volumes o ''
  if [[ -n $device ]] && ! mountpoint -q "$path"; then
    total=$(blockdev --getsize64 "$device" 2>/dev/null || printf 0)
    free=$total
  else
    folder=$path
    while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
    total=$(df --output=size -B 1 "$folder" | tail -n 1 | tr -d ' ')
    free=$(df --output=avail -B 1 "$folder" | tail -n 1 | tr -d ' ')
    for image in "$path"/*.img; do
      if [[ -f $image ]]; then fact "pool/volumes/$(basename "$image" .img)" n "$(stat -c %s "$image")"; fi
    done
  fi
  fact pool/total n "$total"
  fact pool/free n "$free"
}
