#!/usr/bin/env bash
# Writes the Secrets that the manifests name, with fresh random passwords, to the standard output:
#   ./secrets.sh | kubectl apply -f -                production: what is our own; then the databases' and providers', which only you know (docs/deploy.md)
#   ./secrets.sh development | kubectl apply -f -    also a Postgres in the cluster, and empty ones for the providers
# Run it once: another JWT_SECRET signs everybody out, and another password locks out what runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
case "${1:-}" in '' | development) ;; *) echo "secrets.sh takes nothing or: development" >&2; exit 2 ;; esac

# Begins with a letter and has letters and digits only: it needs no quotes in an address, and NATS takes it for a text.
word() { printf 's%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"; }

# secret NAME [KEY VALUE]…
secret() {
  printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: estospaces\nstringData:' "$1"
  shift
  [ $# -gt 0 ] || printf ' {}'
  printf '\n'
  while [ $# -gt 0 ]; do printf '  %s: "%s"\n' "$1" "$2"; shift 2; done
}

redis=$(word)
secret estospaces-common JWT_SECRET "$(word)" REDIS_URL "redis://:$redis@redis:6379"
secret estospaces-bus NATS_USER estospaces NATS_PASSWORD "$(word)"
secret estospaces-redis REDIS_PASSWORD "$redis"
[ "${1:-}" = development ] || exit 0

postgres=$(word)
secret postgres POSTGRES_PASSWORD "$postgres"
sed -n 's/^.*name: \([a-z-]*-database\)$/\1/p' base/modules/*.yaml overlays/development/sandbox-service.yaml | sort -u | while read -r name; do
  secret "$name" DB_HOST postgres DB_USER postgres DB_PASSWORD "$postgres"
done
sed -n 's/^.*name: \([a-z-]*-providers\)$/\1/p' base/modules/*.yaml | sort -u | while read -r name; do secret "$name"; done
