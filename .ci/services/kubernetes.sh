# A kube-apiserver, built once from its Go modules; no controller manager, so token Secrets are not filled in. INTERLOCK_KUBE_PORT.
kube_port=${INTERLOCK_KUBE_PORT:-16443}
kube_version=v1.34.4

kube_binary() { echo "$cache/kube-apiserver-$kube_version"; }
missing_kubernetes() {
  command -v curl >/dev/null || echo curl
  command -v openssl >/dev/null || echo openssl
}
fetch_kubernetes() {
  [ -x "$(kube_binary)" ] || (build_kubernetes) || die 'the kube-apiserver could not be built; see above'
}
# k8s.io/kubernetes replaces its own parts by folders of its repository; as a module they are published as v0.x of the same release.
build_kubernetes() {
  local part mod staged=v0.${kube_version#v1.}
  command -v go >/dev/null || die 'Go 1.24 or newer is needed to build the kube-apiserver'
  say 'building the kube-apiserver (once, some minutes)'
  part=$(mktemp -d "$cache/part.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is gone when the shell ends
  trap "rm -rf '$part'" EXIT
  cd "$part"
  export GOFLAGS='-p=2 -buildvcs=false -mod=mod' CGO_ENABLED=0
  mod=$(go mod download -json "k8s.io/kubernetes@$kube_version" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
  {
    echo 'module apiserver'
    grep -E '^go ' "$mod"
    echo "require k8s.io/kubernetes $kube_version"
    grep -oE 'k8s.io/[a-z0-9-]+ => ./staging' "$mod" | awk -v at="$staged" '!seen[$1]++ { print "replace " $1 " => " $1 " " at }'
  } >go.mod
  printf 'package apiserver\n\nimport _ "k8s.io/kubernetes/cmd/kube-apiserver/app"\n' >apiserver.go
  go mod tidy >&2
  go build -trimpath -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$kube_version" -o apiserver \
    k8s.io/kubernetes/cmd/kube-apiserver >&2
  mv apiserver "$(kube_binary)"
}
start_kubernetes() {
  local home=$dir/kubernetes
  mkdir -p "$home"
  if [ ! -f "$home/sa.key" ]; then
    openssl genrsa -out "$home/sa.key" 2048 2>/dev/null
    openssl rsa -in "$home/sa.key" -pubout -out "$home/sa.pub" 2>/dev/null
  fi
  (umask 077 && echo "$password,admin,1,\"system:masters\"" >"$home/tokens.csv")
  launch kubernetes "$(kube_binary)" "--etcd-servers=http://127.0.0.1:$etcd_port" "--cert-dir=$home/certs" "--secure-port=$kube_port" \
    --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --service-cluster-ip-range=10.0.0.0/24 \
    --service-account-issuer=https://kubernetes.default.svc "--service-account-key-file=$home/sa.pub" \
    "--service-account-signing-key-file=$home/sa.key" "--token-auth-file=$home/tokens.csv" --authorization-mode=RBAC,Node \
    --disable-admission-plugins=ServiceAccount --allow-privileged=true
}
answers_kubernetes() {
  [ "$(curl -sk -m 2 -H "authorization: Bearer $password" "https://127.0.0.1:$kube_port/readyz" 2>/dev/null)" = ok ]
}
signal_kubernetes=TERM
clean_kubernetes() { rm -rf "$dir/kubernetes"; }
# The server's own certificate is its authority.
env_kubernetes() {
  printf 'export INTERLOCK_TEST_KUBERNETES=%q\n' "https://127.0.0.1:$kube_port"
  printf 'export INTERLOCK_TEST_KUBERNETES_TOKEN=%q\n' "$password"
  printf 'export INTERLOCK_TEST_KUBERNETES_CA=%q\n' "$dir/kubernetes/certs/apiserver.crt"
}
