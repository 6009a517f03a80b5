#!/usr/bin/env bash
# Makes the secrets of compose.cluster.yaml in docker/secrets/, once; what is there stays as it is.
set -euo pipefail
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
make() {
  local file="secrets/$1" value="$2"
  if [ -e "$file" ]; then
    echo "$file exists"
  else
    printf '%s' "$value" > "$file"
    # The containers read it as user 65532, and compose mounts a file with the owner it has outside.
    chmod 0444 "$file"
    echo "$file made"
  fi
}

make database-password "$(random)"
make master-key "$(random)"
make admin-password "$(random)"
make database-url "postgres://cloakroom:$(cat secrets/database-password)@database:5432/cloakroom"
