#!/usr/bin/env bash
# Checks the container files as far as this machine has tools for it: no engine is needed.
# With --build-bare it also runs the Dockerfile's build steps in a bare Debian folder (root, debootstrap, an hour of CPU).
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0

check() {
  local name="$1"
  shift
  if "$@"; then
    echo "  ok       $name"
  else
    echo "  FAILED   $name"
    failed=1
  fi
}
left_out() { echo "  left out $1: $2 is not installed"; }

# The Dockerfile's rules that a text search can see.
has() { grep -qE "$2" "$1"; }
image_runs_as_nobody() { has docker/Dockerfile '^USER 65532:65532$'; }
compiler_is_the_pinned_one() {
  local version
  version=$(sed -n 's/^channel = "\([0-9]*\.[0-9]*\).*/\1/p' rust-toolchain.toml)
  has docker/Dockerfile "^FROM rust:${version}-bookworm AS build$"
}
image_has_health_and_ports() {
  has docker/Dockerfile '^HEALTHCHECK .*"cloakroom", "health"' && has docker/Dockerfile '^EXPOSE 8080 9000$'
}
nodes_have_read_only_roots() { has docker/compose.yaml 'read_only: true' && has docker/compose.cluster.yaml 'read_only: true'; }
files_named_by_compose_exist() { [ -f docker/Caddyfile ] && [ -x docker/make-secrets.sh ]; }

check "the image runs as 65532" image_runs_as_nobody
check "the image is built by the compiler of rust-toolchain.toml" compiler_is_the_pinned_one
check "the image has a health check and both ports" image_has_health_and_ports
check "every node has a read-only root" nodes_have_read_only_roots
check "the files that compose mounts exist" files_named_by_compose_exist
for script in docker/*.sh .ci/run; do
  check "$script parses" bash -n "$script"
done

if command -v hadolint >/dev/null; then
  check "hadolint" hadolint docker/Dockerfile
else
  left_out "the Dockerfile's linter" hadolint
fi
if command -v shellcheck >/dev/null; then
  check "shellcheck" shellcheck --severity=warning docker/*.sh .ci/run
else
  left_out "the scripts' linter" shellcheck
fi
if command -v caddy >/dev/null; then
  check "Caddyfile" caddy validate --adapter caddyfile --config docker/Caddyfile
else
  left_out "the proxy's own check" caddy
fi

# systemd complains about a program that is not installed, so another stands in.
unit_is_sound() {
  local folder
  folder=$(mktemp -d)
  sed "s#^ExecStart=/usr/local/bin/cloakroom#ExecStart=/bin/true#" docker/cloakroom.service > "$folder/cloakroom.service"
  local said
  said=$(systemd-analyze verify "$folder/cloakroom.service" 2>&1 | grep -F cloakroom.service || true)
  rm -r "$folder"
  [ -z "$said" ] || { echo "$said"; return 1; }
}
if command -v systemd-analyze >/dev/null; then
  check "cloakroom.service" unit_is_sound
else
  left_out "the unit's own check" systemd-analyze
fi

compose=()
if docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
elif command -v docker-compose >/dev/null; then
  compose=(docker-compose)
fi
for file in docker/compose.yaml docker/compose.cluster.yaml; do
  if [ ${#compose[@]} -gt 0 ]; then
    check "$file" "${compose[@]}" -f "$file" config --quiet
  elif python3 -c 'import yaml' 2>/dev/null; then
    check "$file is YAML" python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' "$file"
    left_out "docker compose config of $file" "the compose plugin"
  else
    left_out "docker compose config of $file" "the compose plugin"
  fi
done

# The same steps as the Dockerfile's, on a Debian that has nothing but a compiler for C and the Rust toolchain.
build_bare() {
  local bare
  bare=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "umount '$bare/proc' 2>/dev/null || true; rm -rf --one-file-system '$bare'" EXIT
  debootstrap --variant=minbase --include=build-essential,ca-certificates,perl bookworm "$bare" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
  mount -t proc proc "$bare/proc"
  local toolchain cargo_home
  toolchain=$(rustc --print sysroot)
  cargo_home="${CARGO_HOME:-$HOME/.cargo}"
  # Sources are fetched outside, so that the bare folder needs no network.
  cargo fetch --locked
  mkdir -p "$bare/src" "$bare/toolchain" "$bare/cargo"
  cp -a "$toolchain/." "$bare/toolchain/"
  cp -a "$cargo_home/registry" "$bare/cargo/"
  git ls-files -z | xargs -0 cp --parents -t "$bare/src"
  chroot "$bare" /usr/bin/env -i PATH=/toolchain/bin:/usr/bin:/bin CARGO_HOME=/cargo HOME=/tmp bash -c \
    'cd /src && cargo build --offline --locked --release --package cloakroom-server --bin cloakroom \
      && install -D -m 0755 target/release/cloakroom /out/usr/local/bin/cloakroom \
      && strip --strip-debug /out/usr/local/bin/cloakroom && ls -l /out/usr/local/bin/cloakroom && ldd /out/usr/local/bin/cloakroom'
}
if [ "${1:-}" = --build-bare ]; then
  check "the build steps on a bare Debian" build_bare
fi
exit "$failed"
