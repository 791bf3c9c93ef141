# Redis from the distribution's packages. INTERLOCK_REDIS_PORT.
redis_port=${INTERLOCK_REDIS_PORT:-16390}

missing_redis() { command -v redis-server >/dev/null || echo redis-server; }
fetch_redis() { :; }
start_redis() {
  mkdir -p "$dir/redis"
  launch redis redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$dir/redis" --save '' --appendonly no \
    --maxmemory-policy noeviction --daemonize no
}
answers_redis() { [ "$(redis-cli -h 127.0.0.1 -p "$redis_port" ping 2>/dev/null)" = PONG ]; }
signal_redis=TERM
clean_redis() { rm -rf "$dir/redis"; }
env_redis() { printf 'export INTERLOCK_TEST_REDIS=%q\n' "redis://127.0.0.1:$redis_port/0"; }
