# Prints what a host consists of, one fact a line, for comparison before and after; packet-filter.ts has what is not in here.
# What may differ is in this one list, reviewed: logs, the journal, apt's lists and caches, and what the system rewrites by itself.
set -euo pipefail

ignored=(
  # logs and the journal
  /var/log /run/log
  # apt: package lists, caches, its record of what was installed automatically and of past versions of dpkg's database; the lock of its daily job, which runs when its timer likes
  /var/lib/apt/lists /var/cache/apt /var/lib/apt/periodic /var/lib/apt/daily_lock /var/backups /var/cache/debconf /var/cache/ldconfig
  # dpkg's own copies of its database before the last change
  /var/lib/dpkg/status-old /var/lib/dpkg/available-old /var/lib/dpkg/diversions-old /var/lib/dpkg/statoverride-old
  # sudo's own mark of a user who has used it
  /home/debian/.sudo_as_admin_successful
  # temporary files and what is mounted from elsewhere
  /tmp /var/tmp /proc /sys /dev /run
)

files() {
  local prune=()
  for path in "${ignored[@]}"; do prune+=(-path "$path" -o); done
  # /var may be a file system of its own. Below /usr are packages' files, which keep the time that they were packed with.
  find / /var -xdev \( "${prune[@]}" -false \) -prune -o -path '/usr/*' -type f -printf 'f %p %m %U:%G %s %T@\n' -o -type f -printf 'f %p %m %U:%G %s\n' -o -printf '%y %p %m %U:%G %l\n'
  find / /var -xdev \( "${prune[@]}" -path '/usr' \) -prune -o -type f -print0 | xargs --null sha256sum | sed 's/^\(.\{16\}\)[^ ]*  /sum \1 /'
}

files | grep -v -e '^d / ' | sort -u
dpkg-query -W -f 'package ${Package} ${Version} ${db:Status-Status} ${db:Status-Want}\n' | sort
apt-mark showhold | sed 's/^/hold /'
apt-mark showmanual | sed 's/^/manual /'
# What enables a unit is a file or a link. Those of /etc and /usr are among the files above.
{ find /run/systemd/system /run/systemd/generator* ! -type d -printf 'unit %p %l\n' 2>/dev/null || true; } | sort
systemctl list-units --all --type service,mount,socket,path --state active --no-legend --no-pager --plain | awk '$1 !~ /^(session|user|run-user|run-credentials-systemd|systemd-tmpfiles-clean|apt-daily|dpkg-db-backup|man-db|e2scrub|fstrim)/ { print "active", $1, $4 }' | sort
# Of the rest of /run the names that are not the system's own.
find /run -mindepth 1 -maxdepth 1 ! -name motd.dynamic ! -name mount ! -name user ! -name sudo ! -name 'utmp*' -printf 'run %f\n' | sort
ip -o link | awk '{ sub(/@.*/, "", $2); print "link", $2, $5 }' | sort
ip route show table all | grep -v -e 'fe80:' -e 'proto ra' | sed 's/^/route /' | sort
ip rule | sed 's/^/rule /'
sysctl -a 2>/dev/null | grep -e '^net\.ipv4\.ip_forward' -e '^net\.bridge' -e '^net\.ipv4\.conf\.[^.]*\.\(rp_filter\|forwarding\)' | sort | sed 's/^/sysctl /'
getent passwd | sed 's/^/user /'
getent group | sed 's/^/group /'
# Loop devices are the machine's; this host's are those on files of its own file systems, whose number stands in brackets.
losetup -a | grep -F -e "[$(stat -c %d /)]:" -e "[$(stat -c %d /var)]:" | sed 's/^/loop /' || true
