#!/usr/bin/env bash
# cluster.sh [DATA [SETTING...]]
# A PostgreSQL server of its own for tests and bench, on a socket in a new folder; its data are there too, or in DATA, which must not exist yet. Each SETTING is
# a line of postgresql.conf. Says "ready FOLDER"; restarts in the way of a crash when it reads "restart", stops at "stop" and starts at "start", and says so;
# ends and leaves nothing behind when its input ends, however that comes about.
set -euo pipefail
trap '' INT TERM HUP

bin=
for candidate in /usr/lib/postgresql/*/bin /usr/local/pgsql/bin /usr/pgsql-*/bin; do
  [ ! -x "$candidate/initdb" ] || bin=$candidate
done
[ -n "$bin" ] || { echo "PostgreSQL's server programs were not found in /usr/lib/postgresql/*/bin. On Debian and Ubuntu: apt-get install postgresql"; exit 1; }

# initdb refuses root.
as=()
folder=$(mktemp -d /tmp/oi-postgres-XXXXXX)
data=$folder/data
if [ $# -gt 0 ]; then
  data=$1
  shift
fi
mkdir -m 700 "$data" || { rmdir "$folder"; exit 1; }
if [ "$(id -u)" -eq 0 ]; then
  user=nobody
  ! id postgres >/dev/null 2>&1 || user=postgres
  as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
  chown "$user" "$folder" "$data"
fi
cd "$folder"

# Another order than that of the bytes, where there is one: what must not depend on it then shows.
icu=()
! "$bin/initdb" --help | grep -q locale-provider || icu=(--locale-provider=icu --icu-locale=en-US)

control() { "${as[@]}" "$bin/pg_ctl" -D "$data" -l "$folder/log" -w -t 60 "$@" </dev/null >"$folder/control" 2>&1; }
die() { cat "$1"; exit 1; }
finish() {
  control -m immediate stop || true
  rm -rf "$folder" "$data"
}
trap finish EXIT

"${as[@]}" "$bin/initdb" -D "$data" -U oi -A trust -E UTF8 --locale=C.UTF-8 "${icu[@]}" --no-sync >"$folder/init" 2>&1 || die "$folder/init"
cat >>"$data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 200
shared_buffers = 64MB
fsync = on
synchronous_commit = on
CONF
[ $# -eq 0 ] || printf '%s\n' "$@" >>"$data/postgresql.conf"
control start || die "$folder/log"
echo "ready $folder"
while read -r order; do
  case "$order" in
    restart) control -m immediate restart || die "$folder/log" ;;
    start) control start || die "$folder/log" ;;
    stop) control -m immediate stop || die "$folder/control" ;;
  esac
  echo "done $order"
done
