# look: facts about the host; for each section that was converged, what is no longer so; for each document, what converge would change.
# Reads only.
# The input is { documents: [...], probes: { urls: [...], dial: [{ to, from? }], pool?: { path, device? } } }.

look() {
  local n i
  RESULT=(/facts o '' /documents a '')
  look_system
  look_kernel
  look_network
  look_software
  look_engine
  look_probes
  look_pool_room
  look_converged
  n=$(doc_count /documents)
  for ((i = 0; i < n; i++)); do look_document "/documents/$i"; done
  printf '%s\0' "${RESULT[@]}" | json_build
}

# fact <pointer below /facts> <type> <value>
fact() {
  RESULT+=("/facts/$1" "$2" "$3")
}

look_system() {
  local os=/etc/os-release
  fact os/id s "$(os_field ID)"
  fact os/version s "$(os_field VERSION_ID)"
  fact os/name s "$(os_field PRETTY_NAME)"
  fact architecture s "$(uname -m)"
  fact kernel s "$(uname -r)"
  fact virtualization s "$(systemd-detect-virt 2>/dev/null || true)"
  fact hostname s "$(uname -n)"
  fact machineId s "$(cat /etc/machine-id 2>/dev/null || true)"
  fact resolvConf s "$(resolv_conf)"
  fact user s "${SUDO_USER:-root}"
  fact cpus n "$(nproc)"
  fact memory/total n "$(memory_field MemTotal)"
  fact memory/available n "$(memory_field MemAvailable)"
  fact disk/free n "$(df --output=avail -B 1 /var/lib | tail -n 1 | tr -d ' ')"
  fact disk/total n "$(df --output=size -B 1 /var/lib | tail -n 1 | tr -d ' ')"
  fact clock n "$(date +%s)"
  fact cgroupVersion n "$(cgroup_version)"
  list_fact swap s < <(awk 'NR > 1 { print $1 }' /proc/swaps)
}

# Where the host's own name servers are: where systemd-resolved runs, /etc/resolv.conf names it, and no pod reaches that.
resolv_conf() {
  local resolved=/run/systemd/resolve/resolv.conf
  if [[ -e $resolved ]] && systemctl --quiet is-active systemd-resolved.service; then printf '%s' "$resolved"; else printf /etc/resolv.conf; fi
}

# os-release is shell syntax; it is read, not run.
os_field() {
  sed -n "s/^$1=//p" "$os" 2>/dev/null | head -n 1 | sed "s/^[\"']//; s/[\"']\$//"
}

memory_field() {
  awk -v "field=$1:" '$1 == field { printf "%.0f", $2 * 1024 }' /proc/meminfo
}

cgroup_version() {
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    printf 2
  elif [[ -d /sys/fs/cgroup/memory || -d /sys/fs/cgroup/pids ]]; then
    printf 1
  else
    printf 0
  fi
}

# list_fact <pointer> <type> - one element per line of stdin.
list_fact() {
  local line
  fact "$1" a ''
  while read -r line; do fact "$1/+" "$2" "$line"; done
}

look_kernel() {
  local name
  for name in tun wireguard overlay br_netfilter vxlan nf_tables ip_tables ip_set; do
    if module_available "$name"; then fact "kernelHas/$name" b true; else fact "kernelHas/$name" b false; fi
  done
}

look_network() {
  local interface address to via
  fact addresses a ''
  while read -r interface address; do
    fact addresses/+/interface s "$interface"
    fact addresses/-/address s "$address"
  done < <(ip -o address show scope global | awk '{ print $2, $4 }')
  fact routes a ''
  # -o: one with several next hops has a line of its own for each of them otherwise.
  while read -r to interface via; do
    fact routes/+/to s "$to"
    fact routes/-/interface s "$interface"
    if [[ -n $via ]]; then fact routes/-/via s "$via"; fi
  done < <({ ip -o -4 route show && ip -o -6 route show; } | awk '
    $1 ~ /^(blackhole|unreachable|prohibit|throw)$/ { print $2, "-"; next }
    { dev = "-"; via = ""; for (i = 2; i < NF; i++) { if ($i == "dev") dev = $(i + 1); if ($i == "via") via = $(i + 1) } print $1, dev, via }')
  interface=$(ip -4 -o route show default | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
  if [[ -e /sys/class/net/$interface/mtu ]]; then
    fact uplink/interface s "$interface"
    fact uplink/mtu n "$(<"/sys/class/net/$interface/mtu")"
  fi
  look_listening
}

# Of what listens, the ports that a worker or a tunnel wants, and those of sshd. The process is the first that ss names.
look_listening() {
  local protocol where process
  fact listening a ''
  while read -r protocol where process; do
    fact listening/+/protocol s "$protocol"
    fact listening/-/port n "${where##*:}"
    fact listening/-/process s "$process"
  done < <(ss -Hlntup | awk '{ name = ""; if (match($0, /\(\("[^"]*"/)) name = substr($0, RSTART + 3, RLENGTH - 4)
    if (!seen[$1, $5, name]++) print $1, $5, name }' | sort -u)
}

look_software() {
  local name version state server authority
  fact packages a ''
  while read -r state _ version name; do
    if [[ -z $version ]]; then continue; fi
    fact packages/+/name s "$name"
    fact packages/-/version s "$version"
    if [[ $state == hold ]]; then fact packages/-/held b true; else fact packages/-/held b false; fi
  done < <(dpkg-query -W -f '${db:Status-Want} ${db:Status-Status} ${Version} ${Package}\n' containerd containerd.io runc kubelet kubeadm kubectl \
    kubernetes-cni wireguard-tools wireguard-go nftables 2>/dev/null | grep -v ' not-installed \| config-files ' || true)
  look_apt_sources
  look_firewalls
  name=$(joined_node)
  if [[ -n $name ]]; then
    server=$(joined_server)
    authority=$(joined_authority)
    fact node/name s "$name"
    fact node/apiServer s "$server"
    fact node/authority s "$authority"
    if serving_unsigned; then fact node/servingUnsigned b true; fi
  fi
}

# The sources that are not annex's, in both of apt's formats; with whose key each is to be verified ("" where apt's own keyring is).
look_apt_sources() {
  local file uri suite key
  fact aptSources a ''
  while IFS=$'\t' read -r file uri suite key; do
    fact aptSources/+/file s "$file"
    fact aptSources/-/uri s "$uri"
    fact aptSources/-/suite s "$suite"
    fact aptSources/-/signedBy s "$key"
  done < <(perl -e '
    use strict;
    for my $file (grep { -f } "/etc/apt/sources.list", glob("/etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources")) {
      next if $file =~ m{/annex-[^/]*$} || !open(my $in, "<", $file);
      local $/;
      my $text = <$in>;
      my $tell = sub { my ($uri, $suite, $key) = map { s/[\t\n].*//sr } @_; $uri =~ s{/+$}{}; print join("\t", $file, $uri, $suite, $key), "\n" };
      if ($file =~ /\.sources$/) {
        for my $stanza (split /\n\s*\n/, $text =~ s/^#.*\n//mgr) {
          my %field = map { lc($_->[0]) => $_->[1] } map { [/^([^:\s]+):[ \t]*(.*)/s] } split /\n(?!\s)/, $stanza;
          next if lc($field{enabled} // "yes") =~ /^(no|false|0)/;
          for my $uri (split " ", $field{uris} // "") { $tell->($uri, $_, $field{"signed-by"} // "") for split " ", $field{suites} // "" }
        }
      } else {
        for (split /\n/, $text) {
          my ($options, $uri, $suite) = /^\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/ or next;
          $tell->($uri, $suite, ($options // "") =~ /signed-by=(\S+)/ ? $1 : "");
        }
      }
    }')
}

look_engine() {
  local section file
  fact sections a ''
  # In the order of their removal: what was changed last goes first.
  while read -r section; do fact sections/+ s "$section"; done < <({ find "$LEDGER" -mindepth 2 -maxdepth 2 -name '[0-9]*' -printf '%f %h\n' 2>/dev/null || true; } |
    sort -r | awk '{ n = split($2, path, "/"); if (!seen[path[n]]++) print path[n] }')
  for file in "$RUN_DIR"/*.lock; do
    if [[ -e $file ]] && ! flock --nonblock "$file" true; then fact lock s "$(lock_holder "$file")"; fi
  done
}

# Perl's sockets: a bare host has neither curl nor nc.
look_probes() {
  local n i to from what
  fact probes/urls a ''
  fact probes/dial a ''
  n=$(doc_count /probes/urls)
  for ((i = 0; i < n; i++)); do
    to=$(doc "/probes/urls/$i")
    what=$(probe_url "$to")
    probed urls url "$to" "$what"
  done
  n=$(doc_count /probes/dial)
  for ((i = 0; i < n; i++)); do
    to=$(doc "/probes/dial/$i/to")
    from=$(doc "/probes/dial/$i/from")
    if [[ -n $from ]]; then what=$(probe_from "$from" "$to"); else what=$(probe_dial "$to"); fi
    probed dial to "$to" "$what"
    if [[ -n $from ]]; then fact probes/dial/-/from s "$from"; fi
  done
}

probed() {
  fact "probes/$1/+/$2" s "$3"
  fact "probes/$1/-/what" s "$4"
  if [[ $4 == reached* ]]; then fact "probes/$1/-/ok" b true; else fact "probes/$1/-/ok" b false; fi
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

# probe_url <url> - for http the answer counts; for https that the port answers: what is behind it is apt's to verify.
probe_url() {
  local rest=${1#*://} authority path port=80
  authority=${rest%%/*}
  path=${rest#"$authority"}
  path=${path:-/}
  if [[ $1 == https://* ]]; then port=443; fi
  if [[ $authority != *:* ]]; then authority=$authority:$port; fi
  if [[ $1 == https://* ]]; then
    probe_dial "$authority"
    return
  fi
  perl -MIO::Socket::IP -e '
    my ($host, $port) = $ARGV[0] =~ /^\[?(.*?)\]?:(\d+)$/;
    local $SIG{ALRM} = sub { print "no answer within 5 s"; exit };
    alarm 5;
    my $socket = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Type => IO::Socket::IP::SOCK_STREAM());
    if (!$socket) { print "not reached: " . ($@ || $!); exit }
    print $socket "GET $ARGV[1] HTTP/1.0\r\nHost: $host\r\nConnection: close\r\n\r\n";
    my $status = <$socket>;
    $status =~ s/\s+$//;
    print $status =~ m{^HTTP/\S+ (?:[123]|401)} ? "reached: $status" : "answered " . substr($status, 0, 80);
  ' "$authority" "$path"
}

# What a pool has: bytes free and in all, and its volumes. A disk that is not mounted yet is all free.
look_pool_room() {
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

look_converged() {
  local stored flat=() i count=0
  RESULT+=(/converged a '')
  for stored in "$LEDGER"/*/.converged; do
    if [[ ! -f $stored ]]; then continue; fi
    mapfile -d '' flat <"$stored"
    for ((i = 0; i < ${#flat[@]}; i += 2)); do DOC["/converged/$count${flat[i]}"]=${flat[i + 1]}; done
    DOC["/converged/$count/section"]=$(basename "$(dirname "$stored")")
    RESULT+=(/converged/+/generation n "$(doc "/converged/$count/generation" 0)")
    look_items "/converged/$count" /converged/-
    count=$((count + 1))
  done
}

look_document() {
  RESULT+=(/documents/+ o '')
  look_items "$1" /documents/-
}

# look_items <document's pointer> <result's pointer>
look_items() {
  local n i kind what
  SECTION=$(doc "$1/section")
  RESULT+=("$2/section" s "$SECTION" "$2/differences" a '')
  load_entries
  n=$(doc_count "$1/items")
  for ((i = 0; i < n; i++)); do
    kind=$(doc "$1/items/$i/kind")
    "id_$kind" "$1/items/$i"
    DIFFS=()
    "look_$kind" "$1/items/$i"
    for what in ${DIFFS[@]+"${DIFFS[@]}"}; do
      RESULT+=("$2/differences/+/kind" s "$kind" "$2/differences/-/id" s "$ID" "$2/differences/-/what" s "$what")
    done
  done
}
