# PostgreSQL from the distribution's packages. INTERLOCK_POSTGRES_PORT.
postgres_port=${INTERLOCK_POSTGRES_PORT:-15433}

# Its commands are not on PATH: what is looked for is a file.
found_postgres() {
  local newest='' candidate
  while IFS= read -r candidate; do newest=$candidate; done < <(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V)
  if [ -n "$newest" ]; then dirname "$newest"; fi
}
missing_postgres() { [ -n "$(found_postgres)" ] || echo postgresql; }
fetch_postgres() { :; }
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

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
signal_postgres=INT # "fast": ends sessions, no wait
clean_postgres() {
  local home=''
  if [ -f "$dir/postgres.home" ]; then home=$(cat "$dir/postgres.home"); fi
  case $home in "$dir"/postgres | /var/tmp/interlock-postgres.*) rm -rf "$home" ;; esac
  rm -f "$dir/postgres.home"
}
env_postgres() { printf 'export INTERLOCK_TEST_POSTGRES=%q\n' "postgres://postgres:$password@127.0.0.1:$postgres_port/postgres"; }
