# Redis from the distribution's packages. INTERLOCK_REDIS_PORT, INTERLOCK_REDIS_TLS_PORT (which asks for a client certificate).
redis_port=${INTERLOCK_REDIS_PORT:-16390}
redis_tls_port=${INTERLOCK_REDIS_TLS_PORT:-16391}

missing_redis() {
  command -v redis-server >/dev/null || echo redis-server
  command -v openssl >/dev/null || echo openssl
}
fetch_redis() { :; }
start_redis() {
  local tls=$dir/redis/tls
  mkdir -p "$dir/redis"
  bash "$here/authority.sh" "$tls"
  launch redis redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$dir/redis" --save '' --appendonly no \
    --maxmemory-policy noeviction --daemonize no \
    --tls-port "$redis_tls_port" --tls-cert-file "$tls/server.pem" --tls-key-file "$tls/server.key" \
    --tls-ca-cert-file "$tls/ca.pem" --tls-auth-clients yes
}
answers_redis() { [ "$(redis-cli -h 127.0.0.1 -p "$redis_port" ping 2>/dev/null)" = PONG ]; }
signal_redis=TERM
clean_redis() { rm -rf "$dir/redis"; }
env_redis() {
  printf 'export INTERLOCK_TEST_REDIS=%q\n' "redis://127.0.0.1:$redis_port/0"
  printf 'export INTERLOCK_TEST_REDIS_TLS=%q\n' "rediss://127.0.0.1:$redis_tls_port/0"
  printf 'export INTERLOCK_TEST_REDIS_TLS_FILES=%q\n' "$dir/redis/tls"
}
