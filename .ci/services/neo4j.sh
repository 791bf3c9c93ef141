# Neo4j Community 5.26, embedded from its jars. INTERLOCK_NEO4J_PORT, INTERLOCK_NEO4J_HEAP.
neo4j_port=${INTERLOCK_NEO4J_PORT:-17687}

found_java() {
  local candidate
  for candidate in /usr/lib/jvm/java-17-openjdk-*/bin/java /usr/lib/jvm/java-21-openjdk-*/bin/java; do
    if [ -x "$candidate" ]; then echo "$candidate"; return; fi
  done
  candidate=$(command -v java || true)
  if [ -n "$candidate" ] && "$candidate" -version 2>&1 | grep -qE 'version "(17|21)\.'; then echo "$candidate"; fi
}
jars() { echo "$cache/neo4j-$(cksum <"$here/services/neo4j.pom.xml" | cut -d' ' -f1)"; }
missing_neo4j() {
  [ -n "$(found_java)" ] || echo openjdk-17-jre-headless
  [ -d "$(jars)" ] || command -v mvn >/dev/null || echo maven
}
fetch_neo4j() {
  local lib part
  lib=$(jars)
  if [ -d "$lib" ]; then return; fi
  say 'fetching the Neo4j server (once)'
  mkdir -p "$cache"
  part=$(mktemp -d "$cache/part.XXXXXX")
  # The rename makes it all or nothing.
  if mvn -B -q -f "$here/services/neo4j.pom.xml" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$part" >&2; then
    mv -T "$part" "$lib"
  else
    rm -rf "$part"
    die 'Maven could not fetch org.neo4j:neo4j; see above'
  fi
}

start_neo4j() {
  local java lib home=$dir/neo4j package opens=()
  java=$(found_java)
  lib=$(jars)
  mkdir -p "$home"/{conf,data,logs,plugins,import,run}
  cat >"$home/conf/neo4j.conf" <<CONF
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:$neo4j_port
server.bolt.advertised_address=127.0.0.1:$neo4j_port
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=256m
dbms.security.auth_enabled=true
dbms.usage_report.enabled=false
client.allow_telemetry=false
db.tx_log.preallocate=false
CONF
  if [ ! -d "$home/data/databases" ]; then # the password can only be set before the first start
    NEO4J_HOME=$home NEO4J_CONF=$home/conf "$java" -cp "$lib/*" org.neo4j.cli.AdminTool \
      dbms set-initial-password "$password" >>"$dir/neo4j.log" 2>&1 || die "Neo4j took no password; see $dir/neo4j.log"
  fi
  for package in java.nio java.io sun.nio.ch java.util.concurrent; do opens+=("--add-opens=java.base/$package=ALL-UNNAMED"); done
  launch neo4j "$java" -Xms512m "-Xmx${INTERLOCK_NEO4J_HEAP:-1g}" -XX:+UseG1GC -Dlog4j2.disable.jmx=true "${opens[@]}" \
    -cp "$lib/*" org.neo4j.server.CommunityEntryPoint "--home-dir=$home" "--config-dir=$home/conf"
}
answers_neo4j() { # a Bolt handshake (magic number, four version offers) is answered by the version that both speak
  local reply
  reply=$( { exec 3<>"/dev/tcp/127.0.0.1/$neo4j_port"
    printf '\x60\x60\xb0\x17\x00\x00\x08\x05\x00\x00\x04\x05\x00\x00\x04\x04\x00\x00\x00\x00' >&3
    timeout 2 head -c 4 <&3 | od -An -tx1; } 2>/dev/null | tr -d ' \n') || return 1
  [ ${#reply} -eq 8 ] && [ "$reply" != 00000000 ]
}
signal_neo4j=TERM
clean_neo4j() { rm -rf "$dir/neo4j"; }
env_neo4j() { printf 'export INTERLOCK_TEST_NEO4J=%q\n' "neo4j://neo4j:$password@127.0.0.1:$neo4j_port/neo4j"; }
