#!/usr/bin/env bash
# Makes what compose needs and git does not have: random secrets in deploy/secrets and deploy/.env. What is there already stays as it is.
#   deploy/prepare.sh               to try the product: development, with the sandbox in place of the providers
#   deploy/prepare.sh production    then put the providers' keys into deploy/providers.env (docs/deploy.md)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
case "${1:-}" in '' | production) ;; *) echo "prepare.sh takes nothing or: production" >&2; exit 2 ;; esac

# Begins with a letter and has letters and digits only: it needs no quotes in an address, and NATS takes it for a text.
word() { printf 's%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"; }
# Containers read a secret as another user than ours, so a file is open to all; the folder is not.
keep() { [ -e "secrets/$1" ] || { printf '%s' "$2" > "secrets/$1.new" && chmod 444 "secrets/$1.new" && mv "secrets/$1.new" "secrets/$1"; }; }

mkdir -p secrets
chmod 700 secrets
for name in postgres_password db_password jwt_secret nats_password redis_password; do keep "$name" "$(word)"; done
keep redis_url "redis://:$(cat secrets/redis_password)@redis:6379"
keep nats_users "users: [{ user: estospaces, password: $(cat secrets/nats_password) }]"
if [ ! -e .env ]; then
  if [ "${1:-}" = production ]; then echo ENVIRONMENT=production > .env
  else printf '%s\n' ENVIRONMENT=development COMPOSE_PROFILES=development > .env; fi
fi
echo "deploy/secrets and deploy/.env are ready."
