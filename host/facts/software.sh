# Facts of the software: packages and their sources, the cluster that it is in, what annex has done.

facts_software() {
  local name version state server authority
  fact packages a ''
  while read -r state _ version name; do
    if [[ -z $version ]]; then continue; fi
    fact packages/+/name s "$name"
    fact packages/-/version s "$version"
    if [[ $state == hold ]]; then fact packages/-/held b true; else fact packages/-/held b false; fi
  done < <(dpkg-query -W -f '${db:Status-Want} ${db:Status-Status} ${Version} ${Package}\n' containerd containerd.io runc kubelet kubeadm kubectl \
    kubernetes-cni wireguard-tools wireguard-go nftables 2>/dev/null | grep -v ' not-installed \| config-files ' || true)
  facts_apt_sources
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
facts_apt_sources() {
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

facts_engine() {
  local section
  fact sections a ''
  # In the order of their removal: what was changed last goes first.
  while read -r section; do fact sections/+ s "$section"; done < <({ find "$LEDGER" -mindepth 2 -maxdepth 2 -name '[0-9]*' -printf '%f %h\n' 2>/dev/null || true; } |
    sort -r | awk '{ n = split($2, path, "/"); if (!seen[path[n]]++) print path[n] }')
}
