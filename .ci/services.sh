#!/usr/bin/env bash
# Real servers for the live tests, on loopback; one file each in .ci/services. Made for Debian 12.
#
#   bash .ci/services.sh start  [name…]   installs what is missing (as root), starts what is not running, waits until each answers
#   bash .ci/services.sh env              prints the variables that the tests read, of the servers that run:
#                                         eval "$(bash .ci/services.sh env)"
#   bash .ci/services.sh status           one line per server; exit 1 when one does not answer
#   bash .ci/services.sh stop             ends exactly the processes that `start` began, and throws their data away
#
# INTERLOCK_SERVICES_DIR (.services in the project), INTERLOCK_CI_CACHE (what was downloaded or built),
# INTERLOCK_SERVICES_WAIT (seconds) override the defaults below; each server's file names its own.
#
# A server uses those before it in `all`. A new server: a file that defines missing_X (Debian packages, one a line), fetch_X (into $cache, once), start_X (calls
# `launch X command…`), answers_X, signal_X, clean_X, env_X; and its name in `all`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${INTERLOCK_SERVICES_DIR:-$(dirname "$here")/.services}
cache=${INTERLOCK_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/interlock-ci}
wait_seconds=${INTERLOCK_SERVICES_WAIT:-120}
all=(neo4j redis postgres etcd kubernetes moto ministack rabbitmq keycloak openbao)

say() { printf '%s\n' "$*" >&2; }
die() { say "services: $*"; exit 1; }

# ── processes ────────────────────────────────────────────────────────────────────────────────────────────────────────

# A pid alone may be somebody else's by now; together with the time the process began it is ours.
born() { cut -d')' -f2- "/proc/$1/stat" 2>/dev/null | awk '{print $20}'; }
running() { # sets pid
  local recorded
  read -r pid recorded 2>/dev/null <"$dir/$1.pid" || return 1
  [ -n "${recorded:-}" ] && [ "$(born "$pid")" = "$recorded" ]
}
launch() { # name, command…
  local name=$1 child
  shift
  # 9 is the lock: a server must not hold it.
  setsid nohup "$@" </dev/null >>"$dir/$name.log" 2>&1 9>&- &
  child=$!
  echo "$child $(born "$child")" >"$dir/$name.pid"
}
end() {
  local name=$1 signal=$2
  if running "$name"; then
    kill "-$signal" "$pid"
    for _ in $(seq 300); do running "$name" || break; sleep 0.1; done
    if running "$name"; then kill -9 "$pid"; fi
    say "stopped $name (pid $pid)"
  fi
  rm -f "$dir/$name.pid"
}

# ── servers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

for name in "${all[@]}"; do
  # shellcheck source=/dev/null
  source "$here/services/$name.sh"
done

install_missing() {
  local missing=() name package
  command -v setsid >/dev/null || missing+=(util-linux)
  for name in "$@"; do
    while IFS= read -r package; do [ -z "$package" ] || missing+=("$package"); done < <("missing_$name" || true)
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  [ "$(id -u)" = 0 ] || die "missing packages: run as root: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  apt-get -qq update >&2
  # RUNLEVEL=1 keeps the packages from starting servers of their own.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
}

# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────

start() {
  local name deadline began=()
  install_missing "$@"
  mkdir -p "$cache"
  for name in "$@"; do "fetch_$name"; done
  for name in "$@"; do
    if running "$name"; then continue; fi
    if "answers_$name"; then die "$name: the port is served by another process; set INTERLOCK_${name^^}_PORT"; fi
    "start_$name"
    began+=("$name")
  done
  deadline=$((SECONDS + wait_seconds))
  for name in "$@"; do
    until "answers_$name"; do
      if ! running "$name" || [ $SECONDS -ge $deadline ]; then
        tail -n 20 "$dir/$name.log" >&2 || true
        die "$name does not answer; log: $dir/$name.log"
      fi
      sleep 0.2
    done
  done
  say "running: $*${began[*]:+ (started ${began[*]})}"
}

stop() {
  local name signal
  for name in "${all[@]}"; do
    signal="signal_$name"
    end "$name" "${!signal}"
    "clean_$name"
  done
  rm -f "$dir"/*.log
}

status() {
  local name code=0
  for name in "${all[@]}"; do
    if running "$name" && "answers_$name"; then echo "$name: running (pid $pid)"; else echo "$name: not running"; code=1; fi
  done
  return $code
}

print_env() {
  local name
  for name in "${all[@]}"; do if running "$name"; then "env_$name"; fi; done
}

command=${1:-}
case $command in start | stop | status | env) shift ;; *) say "usage: services.sh start [name…]|stop|status|env"; exit 2 ;; esac
for name in "$@"; do case " ${all[*]} " in *" $name "*) ;; *) die "no such server: $name; there are ${all[*]}" ;; esac; done
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
exec 9>"$dir/lock"
flock 9 # two callers at once are one after the other
if [ ! -s "$dir/password" ]; then (umask 077 && od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$dir/password"); fi
password=$(cat "$dir/password")
case $command in
  start) if [ $# -eq 0 ]; then set -- "${all[@]}"; fi; start "$@" ;;
  stop) stop ;;
  status) status ;;
  env) print_env ;;
esac
