# shellcheck shell=bash
# What ./run and ./test both need of a machine: the tools, the npm packages, and an end to every process they leave behind.
# Sourced from the repository's root, never run by itself.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
PATH="$PATH:${HOME:-/}/.dotnet"

say() { printf '%s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

need_dotnet() {
  command -v dotnet >/dev/null || die "EstoSpaces needs the .NET 10 SDK, and there is no 'dotnet' here." \
    "Microsoft's page 'Download .NET' has it for every system; on Debian with Microsoft's package source: apt-get install dotnet-sdk-10.0"
  dotnet --list-sdks | grep -q '^1[0-9]\.' || die "EstoSpaces needs the .NET 10 SDK; 'dotnet' here is older ($(dotnet --version 2>/dev/null || echo 'runtime only'))." \
    "Microsoft's page 'Download .NET' has it for every system."
}

need_node() {
  { command -v node && command -v npm; } >/dev/null || die "EstoSpaces needs Node 20 or newer (for its npm packages), and there is no 'node' with 'npm' here." \
    "On Debian: apt-get install nodejs npm; elsewhere the Node.js site has an installer."
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "EstoSpaces needs Node 20 or newer; this is $(node --version)."
}

# Installs the locked npm packages, unless this very lock is installed already.
npm_packages() {
  local stamp=node_modules/.installed-lock
  if ! cmp -s package-lock.json "$stamp"; then
    need_node
    say "Installing npm packages…"
    npm ci --ignore-scripts --no-audit --no-fund --no-progress --loglevel=error >&2 || die "npm ci failed: is the npm registry within reach?"
    cp package-lock.json "$stamp"
  fi
}

# system_needs WORDS PACKAGE…: installs Debian packages where we may, else says what to install.
system_needs() {
  local words=$1 sudo=()
  shift
  [ $# -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then say "$words: $*. Install them with your system's package manager."; return 1; fi
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || { say "$words some packages. Run: sudo apt-get install $*"; return 1; }
    sudo=(sudo -n)
  fi
  say "Installing $*…"
  "${sudo[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >/dev/null
}

# Which of the servers between processes are not on this machine, as Debian names their packages.
missing_servers() {
  local program missing=()
  for program in nats-server redis-server; do
    [ -n "$(PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$program")" ] || missing+=("$program")
  done
  ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || missing+=(postgresql-postgis)
  echo "${missing[*]}"
}

# Whatever is started from here on carries this mark in its environment, also when it makes itself a daemon (the compiler's server).
mark_processes() { export SCRIPT_MARK="$1-$$"; }

# Ends what carries our mark and still runs. Linux only; elsewhere these servers end by themselves after some idle minutes.
end_marked() {
  local environ pid
  [ -n "${SCRIPT_MARK:-}" ] || return 0
  for environ in /proc/[0-9]*/environ; do
    pid=${environ#/proc/} pid=${pid%/environ}
    [ "$pid" = "$$" ] || [ "$pid" = "$BASHPID" ] || ! { grep -qzx "SCRIPT_MARK=$SCRIPT_MARK" "$environ"; } 2>/dev/null || kill "$pid" 2>/dev/null
  done
  unset SCRIPT_MARK
}
