#!/usr/bin/env bash
# A certificate authority for tests, made anew: ca.pem, server.pem for localhost, client.pem, each with its .key, and other.pem, an
# authority that signed none of them.
#
#   bash .ci/authority.sh FOLDER
set -euo pipefail

folder=$1
days=30
umask 077
mkdir -p "$folder"
cd "$folder"

key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
self() { openssl req -x509 "${key[@]}" -days "$days" -subj "/CN=$2" -keyout "$1.key" -out "$1.pem" 2>/dev/null; }
signed() { # name, subject, extensions
  openssl req "${key[@]}" -subj "/CN=$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "$days" -extfile <(printf '%b' "$3") -out "$1.pem" 2>/dev/null
}

self ca 'interlock tests'
self other 'somebody else'
signed server localhost 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n'
signed client interlock 'extendedKeyUsage=clientAuth\n'
