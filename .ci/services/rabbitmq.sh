# RabbitMQ from the distribution's packages, with the management API. INTERLOCK_RABBITMQ_PORT (API), INTERLOCK_RABBITMQ_TLS_PORT,
# INTERLOCK_RABBITMQ_AMQP_PORT.
rabbitmq_port=${INTERLOCK_RABBITMQ_PORT:-15684}
rabbitmq_tls_port=${INTERLOCK_RABBITMQ_TLS_PORT:-15685}
rabbitmq_amqp_port=${INTERLOCK_RABBITMQ_AMQP_PORT:-15683}
rabbitmq_dist_port=${INTERLOCK_RABBITMQ_DIST_PORT:-25683}
rabbitmq_epmd_port=${INTERLOCK_RABBITMQ_EPMD_PORT:-14379}

# The command on PATH changes its user; the server itself lies beside its library.
found_rabbitmq() { find /usr/lib/rabbitmq/bin -name rabbitmq-server 2>/dev/null | head -n 1; }
missing_rabbitmq() {
  [ -n "$(found_rabbitmq)" ] || echo rabbitmq-server
  command -v curl >/dev/null || echo curl
  command -v openssl >/dev/null || echo openssl
}
fetch_rabbitmq() { :; }
start_rabbitmq() {
  local home=$dir/rabbitmq
  mkdir -p "$home"
  bash "$here/authority.sh" "$home/tls"
  echo '[rabbitmq_management,rabbitmq_shovel,rabbitmq_shovel_management,rabbitmq_federation,rabbitmq_federation_management].' >"$home/plugins"
  (umask 077 && cat >"$home/rabbitmq.conf" <<CONF
management.tcp.port = $rabbitmq_port
management.tcp.ip = 127.0.0.1
management.ssl.port = $rabbitmq_tls_port
management.ssl.ip = 127.0.0.1
management.ssl.cacertfile = $home/tls/ca.pem
management.ssl.certfile = $home/tls/server.pem
management.ssl.keyfile = $home/tls/server.key
listeners.tcp.default = 127.0.0.1:$rabbitmq_amqp_port
default_user = admin
default_pass = $password
loopback_users.guest = true
vm_memory_high_watermark.absolute = 256MB
disk_free_limit.absolute = 50MB
CONF
  )
  # Erlang's name server ends with the broker, and is nobody else's.
  # shellcheck disable=SC2016
  launch rabbitmq env HOME="$home" RABBITMQ_NODENAME=interlock@localhost RABBITMQ_MNESIA_BASE="$home/db" RABBITMQ_LOG_BASE="$home/log" \
    RABBITMQ_DIST_PORT="$rabbitmq_dist_port" RABBITMQ_ENABLED_PLUGINS_FILE="$home/plugins" RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_CONFIG_FILE="$home/rabbitmq" RABBITMQ_PID_FILE="$home/pid" ERL_EPMD_PORT="$rabbitmq_epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}' \
    bash -c 'epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 & names=$!
      "$0" & broker=$!
      trap "kill $broker" TERM
      wait $broker || true; wait $broker || true
      kill $names' "$(found_rabbitmq)"
}
answers_rabbitmq() { curl -fs -m 2 -o /dev/null -u "admin:$password" "http://127.0.0.1:$rabbitmq_port/api/overview"; }
signal_rabbitmq=TERM
clean_rabbitmq() { rm -rf "$dir/rabbitmq"; }
env_rabbitmq() {
  printf 'export INTERLOCK_TEST_RABBITMQ=%q\n' "http://admin:$password@127.0.0.1:$rabbitmq_port"
  printf 'export INTERLOCK_TEST_RABBITMQ_TLS=%q\n' "https://admin:$password@127.0.0.1:$rabbitmq_tls_port"
  printf 'export INTERLOCK_TEST_RABBITMQ_TLS_FILES=%q\n' "$dir/rabbitmq/tls"
  printf 'export INTERLOCK_TEST_RABBITMQ_AMQP=%q\n' "127.0.0.1:$rabbitmq_amqp_port"
}
