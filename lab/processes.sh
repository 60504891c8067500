#!/usr/bin/env bash
# processes.sh RECORD COMMAND...: notes which process this is, then becomes the command.
# The note is written before the command starts, so that a lab killed at any moment still knows what it has to end.
set -euo pipefail

record=$1
shift
stat=$(<"/proc/$$/stat")
read -ra fields <<<"${stat##*) }"
read -r boot </proc/sys/kernel/random/boot_id
printf '{"pid":%d,"started":"%s","boot":"%s"}\n' "$$" "${fields[19]}" "$boot" >"$record.new"
mv "$record.new" "$record"
exec "$@"
