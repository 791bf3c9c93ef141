# MiniStack: an emulator of AWS's APIs, from PyPI, that enforces IAM: keys that are inactive, policies, boundaries, session times.
# INTERLOCK_MINISTACK_PORT.
ministack_port=${INTERLOCK_MINISTACK_PORT:-15056}
ministack_version=1.5.33
ministack_sha256=36f9158cbe7eb7a3f910ccf1c052c98204511164249b783682f7a96ef56b0bba
ministack_needs=(botocore==1.43.106 defusedxml==0.7.1 graphql-core==3.2.12 Hypercorn==0.18.0 jsonata-python==0.7.1 PyYAML==6.0.3)
ministack_home() { echo "$cache/ministack-$ministack_version"; }

missing_ministack() {
  python3 -c 'import ensurepip' 2>/dev/null || printf 'python3\npython3-venv\n'
  command -v curl >/dev/null || echo curl
}
fetch_ministack() {
  local part pip
  if [ -d "$(ministack_home)" ]; then return; fi
  say "fetching MiniStack $ministack_version (once)"
  part=$(mktemp -d "$cache/part.XXXXXX")
  pip=("$part/bin/python" -m pip install -q --disable-pip-version-check)
  echo "ministack==$ministack_version --hash=sha256:$ministack_sha256" >"$part.txt"
  # The rename makes it all or nothing; an environment may be moved, since its python is started by path.
  if python3 -m venv "$part" >&2 && "${pip[@]}" --no-deps --require-hashes -r "$part.txt" >&2 && "${pip[@]}" "${ministack_needs[@]}" >&2; then
    mv -T "$part" "$(ministack_home)"
  else
    rm -rf "$part"
    die "pip could not install ministack==$ministack_version with that checksum; see above"
  fi
  rm -f "$part.txt"
}
start_ministack() {
  mkdir -p "$dir/ministack"
  launch ministack env AUTH=true BIND_HOST=127.0.0.1 GATEWAY_PORT="$ministack_port" MINISTACK_HOST=127.0.0.1 HOME="$dir/ministack" \
    "$(ministack_home)/bin/python" -m ministack
}
answers_ministack() { curl -fs -m 2 -o /dev/null "http://127.0.0.1:$ministack_port/_ministack/health"; }
signal_ministack=TERM
clean_ministack() { rm -rf "$dir/ministack"; }
env_ministack() { printf 'export INTERLOCK_TEST_AWS_IAM=%q\n' "http://127.0.0.1:$ministack_port"; }
