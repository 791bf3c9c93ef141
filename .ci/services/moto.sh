# moto: an emulator of AWS's APIs, from PyPI. Wide, but it enforces no permissions. INTERLOCK_MOTO_PORT.
moto_port=${INTERLOCK_MOTO_PORT:-15055}
moto_version=5.2.5
moto_home() { echo "$cache/moto-$moto_version"; }

missing_moto() {
  python3 -c 'import ensurepip' 2>/dev/null || printf 'python3\npython3-venv\n'
  command -v curl >/dev/null || echo curl
}
fetch_moto() {
  local part
  if [ -d "$(moto_home)" ]; then return; fi
  say "fetching moto $moto_version (once)"
  part=$(mktemp -d "$cache/part.XXXXXX")
  # The rename makes it all or nothing; an environment may be moved, since its python is started by path.
  if python3 -m venv "$part" >&2 && "$part/bin/python" -m pip install -q --disable-pip-version-check "moto[server]==$moto_version" >&2; then
    mv -T "$part" "$(moto_home)"
  else
    rm -rf "$part"
    die "pip could not install moto[server]==$moto_version; see above"
  fi
}
start_moto() { launch moto "$(moto_home)/bin/python" -m moto.server -H 127.0.0.1 -p "$moto_port"; }
answers_moto() { curl -fs -o /dev/null "http://127.0.0.1:$moto_port/moto-api/"; }
signal_moto=TERM
clean_moto() { :; }
env_moto() { printf 'export INTERLOCK_TEST_AWS=%q\n' "http://127.0.0.1:$moto_port"; }
