#!/usr/bin/env bash
# Real servers for the live tests, on loopback: Neo4j Community 5.26, Redis, PostgreSQL. Made for Debian 12.
#
#   bash .ci/services.sh start      installs what is missing (as root), starts what is not running, waits until each answers
#   bash .ci/services.sh env        prints the variables that the tests read:  eval "$(bash .ci/services.sh env)"
#   bash .ci/services.sh status     one line per server; exit 1 when one does not answer
#   bash .ci/services.sh stop       ends exactly the processes that `start` began, and throws their data away
#
# INTERLOCK_SERVICES_DIR (.services in the project), INTERLOCK_CI_CACHE (jars), INTERLOCK_NEO4J_PORT, INTERLOCK_REDIS_PORT,
# INTERLOCK_POSTGRES_PORT, INTERLOCK_NEO4J_HEAP, INTERLOCK_SERVICES_WAIT (seconds) override the defaults below.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${INTERLOCK_SERVICES_DIR:-$(dirname "$here")/.services}
cache=${INTERLOCK_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/interlock-ci}
neo4j_port=${INTERLOCK_NEO4J_PORT:-17687}
redis_port=${INTERLOCK_REDIS_PORT:-16390}
postgres_port=${INTERLOCK_POSTGRES_PORT:-15433}
wait_seconds=${INTERLOCK_SERVICES_WAIT:-120}
services=(neo4j redis postgres)

say() { printf '%s\n' "$*" >&2; }
die() { say "services: $*"; exit 1; }

# ── packages ─────────────────────────────────────────────────────────────────────────────────────────────────────────

# The commands of some packages are not on PATH: what is looked for is a file.
found_java() {
  local candidate
  for candidate in /usr/lib/jvm/java-17-openjdk-*/bin/java /usr/lib/jvm/java-21-openjdk-*/bin/java; do
    if [ -x "$candidate" ]; then echo "$candidate"; return; fi
  done
  candidate=$(command -v java || true)
  if [ -n "$candidate" ] && "$candidate" -version 2>&1 | grep -qE 'version "(17|21)\.'; then echo "$candidate"; fi
}
found_postgres() {
  local newest='' candidate
  while IFS= read -r candidate; do newest=$candidate; done < <(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V)
  if [ -n "$newest" ]; then dirname "$newest"; fi
}
jars() { echo "$cache/neo4j-$(cksum <"$here/neo4j/pom.xml" | cut -d' ' -f1)"; }

install_missing() {
  local missing=()
  [ -n "$(found_java)" ] || missing+=(openjdk-17-jre-headless)
  [ -d "$(jars)" ] || command -v mvn >/dev/null || missing+=(maven)
  command -v redis-server >/dev/null || missing+=(redis-server)
  [ -n "$(found_postgres)" ] || missing+=(postgresql)
  command -v setsid >/dev/null || missing+=(util-linux)
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  [ "$(id -u)" = 0 ] || die "missing packages: run as root: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  apt-get -qq update >&2
  # RUNLEVEL=1 keeps the packages from starting servers of their own.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
}

fetch_neo4j() {
  local lib part
  lib=$(jars)
  if [ -d "$lib" ]; then return; fi
  say 'fetching the Neo4j server (once)'
  mkdir -p "$cache"
  part=$(mktemp -d "$cache/part.XXXXXX")
  # The rename makes it all or nothing.
  if mvn -B -q -f "$here/neo4j/pom.xml" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$part" >&2; then
    mv -T "$part" "$lib"
  else
    rm -rf "$part"
    die 'Maven could not fetch org.neo4j:neo4j; see above'
  fi
}

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
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# ── servers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

start_neo4j() {
  local java lib home=$dir/neo4j package opens=()
  java=$(found_java)
  lib=$(jars)
  mkdir -p "$home"/{conf,data,logs,plugins,import,run}
  cat >"$home/conf/neo4j.conf" <<CONF
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:$neo4j_port
server.bolt.advertised_address=127.0.0.1:$neo4j_port
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=256m
dbms.security.auth_enabled=true
dbms.usage_report.enabled=false
client.allow_telemetry=false
db.tx_log.preallocate=false
CONF
  if [ ! -d "$home/data/databases" ]; then # the password can only be set before the first start
    NEO4J_HOME=$home NEO4J_CONF=$home/conf "$java" -cp "$lib/*" org.neo4j.cli.AdminTool \
      dbms set-initial-password "$password" >>"$dir/neo4j.log" 2>&1 || die "Neo4j took no password; see $dir/neo4j.log"
  fi
  for package in java.nio java.io sun.nio.ch java.util.concurrent; do opens+=("--add-opens=java.base/$package=ALL-UNNAMED"); done
  launch neo4j "$java" -Xms512m "-Xmx${INTERLOCK_NEO4J_HEAP:-1g}" -XX:+UseG1GC -Dlog4j2.disable.jmx=true "${opens[@]}" \
    -cp "$lib/*" org.neo4j.server.CommunityEntryPoint "--home-dir=$home" "--config-dir=$home/conf"
}
answers_neo4j() { # a Bolt handshake (magic number, four version offers) is answered by the version that both speak
  local reply
  reply=$( { exec 3<>"/dev/tcp/127.0.0.1/$neo4j_port"
    printf '\x60\x60\xb0\x17\x00\x00\x08\x05\x00\x00\x04\x05\x00\x00\x04\x04\x00\x00\x00\x00' >&3
    timeout 2 head -c 4 <&3 | od -An -tx1; } 2>/dev/null | tr -d ' \n') || return 1
  [ ${#reply} -eq 8 ] && [ "$reply" != 00000000 ]
}

start_redis() {
  mkdir -p "$dir/redis"
  launch redis redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$dir/redis" --save '' --appendonly no \
    --maxmemory-policy noeviction --daemonize no
}
answers_redis() { [ "$(redis-cli -h 127.0.0.1 -p "$redis_port" ping 2>/dev/null)" = PONG ]; }

# PostgreSQL refuses to run as root; its user may not be able to enter the project's folder.
postgres_home() {
  if [ ! -f "$dir/postgres.home" ]; then
    local home=$dir/postgres
    if [ "$(id -u)" = 0 ]; then
      mkdir -p "$home"
      chown postgres: "$home"
      if ! runuser -u postgres -- test -w "$home" 2>/dev/null; then home=$(runuser -u postgres -- mktemp -d /var/tmp/interlock-postgres.XXXXXX); fi
    fi
    echo "$home" >"$dir/postgres.home"
  fi
  cat "$dir/postgres.home"
}
start_postgres() {
  local bin home
  bin=$(found_postgres)
  home=$(postgres_home)
  if [ ! -f "$home/data/PG_VERSION" ]; then
    # initdb runs as another user and cannot open a pipe of this one: the password is handed over as a file
    printf '%s\n' "$password" | as_postgres sh -c 'umask 077; cat >"$1/password"' sh "$home"
    as_postgres "$bin/initdb" -D "$home/data" -U postgres -A scram-sha-256 --pwfile="$home/password" -E UTF8 --locale=C.UTF-8 \
      >>"$dir/postgres.log" 2>&1 || die "PostgreSQL made no cluster; see $dir/postgres.log"
  fi
  local user=()
  # setpriv becomes the server itself, so that the remembered pid is the server's.
  if [ "$(id -u)" = 0 ]; then user=(setpriv --reuid=postgres --regid=postgres --init-groups --); fi
  launch postgres "${user[@]}" "$bin/postgres" -D "$home/data" -p "$postgres_port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60
}
answers_postgres() { "$(found_postgres)/pg_isready" -q -h 127.0.0.1 -p "$postgres_port"; }

# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────

start() {
  local name deadline=$((SECONDS + wait_seconds)) began=()
  install_missing
  fetch_neo4j
  for name in "${services[@]}"; do
    if running "$name"; then continue; fi
    if "answers_$name"; then die "$name: the port is served by another process; set INTERLOCK_${name^^}_PORT"; fi
    "start_$name"
    began+=("$name")
  done
  for name in "${services[@]}"; do
    until "answers_$name"; do
      if ! running "$name" || [ $SECONDS -ge $deadline ]; then
        tail -n 20 "$dir/$name.log" >&2 || true
        die "$name does not answer; log: $dir/$name.log"
      fi
      sleep 0.2
    done
  done
  say "running: ${services[*]}${began[*]:+ (started ${began[*]})}"
}

stop() {
  local home=''
  end redis TERM
  end postgres INT # "fast": ends sessions, no wait
  end neo4j TERM
  if [ -f "$dir/postgres.home" ]; then home=$(cat "$dir/postgres.home"); fi
  case $home in "$dir"/postgres | /var/tmp/interlock-postgres.*) rm -rf "$home" ;; esac
  rm -rf "$dir/neo4j" "$dir/redis" "$dir/postgres.home"
  rm -f "$dir"/*.log
}

status() {
  local name code=0
  for name in "${services[@]}"; do
    if running "$name" && "answers_$name"; then echo "$name: running (pid $pid)"; else echo "$name: not running"; code=1; fi
  done
  return $code
}

print_env() {
  printf 'export INTERLOCK_TEST_NEO4J=%q\n' "neo4j://neo4j:$password@127.0.0.1:$neo4j_port/neo4j"
  printf 'export INTERLOCK_TEST_REDIS=%q\n' "redis://127.0.0.1:$redis_port/0"
  printf 'export INTERLOCK_TEST_POSTGRES=%q\n' "postgres://postgres:$password@127.0.0.1:$postgres_port/postgres"
}

command=${1:-}
case $command in start | stop | status | env) ;; *) say "usage: services.sh start|stop|status|env"; exit 2 ;; esac
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
exec 9>"$dir/lock"
flock 9 # two callers at once are one after the other
if [ ! -s "$dir/password" ]; then (umask 077 && od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$dir/password"); fi
password=$(cat "$dir/password")
case $command in
  start) start ;;
  stop) stop ;;
  status) status ;;
  env) print_env ;;
esac
