# Keycloak 26 from Maven's central repository, with its database in memory. Needs a Java as Neo4j does. INTERLOCK_KEYCLOAK_PORT.
keycloak_port=${INTERLOCK_KEYCLOAK_PORT:-18180}
keycloak_version=26.4.7
keycloak_sha256=aca60ab72ae4d67adc6b8fe7fca5e08d16a6bb5e4a4f2ebb54050e3f5503fd2b
keycloak_options=(--http-enabled=true --hostname-strict=false --http-host=127.0.0.1)

# What is baked in is part of the name: another option is another build.
keycloak_home() { echo "$cache/keycloak-$keycloak_version-rotation"; }
missing_keycloak() {
  [ -n "$(found_java)" ] || echo openjdk-17-jre-headless
  command -v curl >/dev/null || echo curl
}
fetch_keycloak() { [ -d "$(keycloak_home)" ] || (build_keycloak) || die 'Keycloak could not be fetched; see above'; }
build_keycloak() {
  local part archive=keycloak-quarkus-dist-$keycloak_version.tar.gz
  say "fetching Keycloak $keycloak_version (once)"
  part=$(mktemp -d "$cache/part.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is gone when the shell ends
  trap "rm -rf '$part'" EXIT
  curl -fsS -o "$part/$archive" \
    "https://repo.maven.apache.org/maven2/org/keycloak/keycloak-quarkus-dist/$keycloak_version/$archive" >&2
  echo "$keycloak_sha256  $part/$archive" | sha256sum -c --quiet >&2
  tar xzf "$part/$archive" -C "$part"
  JAVA_HOME=$(keycloak_java_home) "$part/keycloak-$keycloak_version/bin/kc.sh" build --db=dev-mem --health-enabled=false \
    --metrics-enabled=false --features=client-secret-rotation,token-exchange >&2
  # The rename makes it all or nothing.
  mv -T "$part/keycloak-$keycloak_version" "$(keycloak_home)"
}
keycloak_java_home() {
  local java
  java=$(readlink -f "$(found_java)")
  echo "${java%/bin/java}"
}
start_keycloak() {
  (
    export KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=$password JAVA_HOME
    export JAVA_OPTS_APPEND='-XX:TieredStopAtLevel=1 -Xmx512m'
    JAVA_HOME=$(keycloak_java_home)
    # The script waits for the server and hands the signal on.
    launch keycloak "$(keycloak_home)/bin/kc.sh" start --optimized --cache=local "${keycloak_options[@]}" \
      "--http-port=$keycloak_port"
  )
}
answers_keycloak() { curl -fs -m 5 -o /dev/null "http://127.0.0.1:$keycloak_port/realms/master"; }
signal_keycloak=TERM
clean_keycloak() { :; }
env_keycloak() { printf 'export INTERLOCK_TEST_KEYCLOAK=%q\n' "http://admin:$password@127.0.0.1:$keycloak_port"; }
