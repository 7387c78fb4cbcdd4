#!/bin/sh
# Makes the certificates of the TLS tests: a CA, a server for dns.example.test and 127.0.0.1, a
# client. They are valid for a century, and their keys are public: use them nowhere else.
set -eu
cd "$(dirname "$0")"
days=36500

key() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
}

issue() {
  key "$1"
  openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
  printf '%s\n' "$3" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "$days" \
    -extfile "$1.ext" -out "$1.pem"
  rm "$1.csr" "$1.ext"
}

key ca
openssl req -x509 -new -key ca.key -subj "/CN=Portolan test CA" -days "$days" -out ca.pem
issue server dns.example.test "subjectAltName=DNS:dns.example.test,IP:127.0.0.1"
issue client client.example.test "extendedKeyUsage=clientAuth"
rm ca.key ca.srl
