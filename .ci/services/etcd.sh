# etcd from the distribution's packages: what the Kubernetes API server keeps its objects in. INTERLOCK_ETCD_PORT (and the next one).
etcd_port=${INTERLOCK_ETCD_PORT:-12379}

missing_etcd() { command -v etcd >/dev/null || echo etcd-server; }
fetch_etcd() { :; }
start_etcd() {
  launch etcd etcd --data-dir "$dir/etcd" --unsafe-no-fsync --listen-client-urls "http://127.0.0.1:$etcd_port" \
    --advertise-client-urls "http://127.0.0.1:$etcd_port" --listen-peer-urls "http://127.0.0.1:$((etcd_port + 1))" \
    --initial-advertise-peer-urls "http://127.0.0.1:$((etcd_port + 1))" --initial-cluster "default=http://127.0.0.1:$((etcd_port + 1))"
}
answers_etcd() { curl -sf -m 2 "http://127.0.0.1:$etcd_port/health" >/dev/null; }
signal_etcd=TERM
clean_etcd() { rm -rf "$dir/etcd"; }
env_etcd() { :; }
