# shellcheck shell=bash
# What ./run, ./test and ./oi share: checks of the machine, and publishing. Sourced by them, with root set to the repository's.
: "${root:?}"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build processes that stay behind would hold the terminal of whoever waits for the script to end.
export MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

need_dotnet() {
  command -v dotnet >/dev/null 2>&1 ||
    fail "The .NET 10 SDK is needed, and 'dotnet' was not found. Install it from https://dotnet.microsoft.com/download, or with" \
      "'apt-get install dotnet-sdk-10.0' where your distribution has it, and start again."
  # Asked outside the repository: inside, global.json makes an old SDK answer with an error.
  local sdks
  sdks=$(cd / && dotnet --list-sdks | cut -d' ' -f1)
  if ! grep -q '^10\.' <<<"$sdks"; then
    fail "The .NET 10 SDK is needed. The 'dotnet' in your PATH has: ${sdks:-no SDK, only the runtime}." \
      "Install the SDK from https://dotnet.microsoft.com/download, and start again."
  fi
}

need_node() {
  command -v node >/dev/null 2>&1 || fail "Node 20 or later is needed for the tests with the JavaScript SDK, and 'node' was not found."
  command -v npm >/dev/null 2>&1 || fail "npm is needed for the tests with the JavaScript SDK, and was not found. It comes with Node."
  local version
  version=$(node --version)
  [ "$(cut -d. -f1 <<<"${version#v}")" -ge 20 ] || fail "Node 20 or later is needed for the tests with the JavaScript SDK; this is $version."
}

# The database engine is the system's, so that its security updates reach the server.
need_sqlite() {
  has_sqlite && return
  install_packages "libsqlite3-0 (the database engine, which the server loads)" libsqlite3-0
  has_sqlite || fail "libsqlite3.so.0 is still not found. Install SQLite 3 by hand, and start again."
}

has_sqlite() {
  PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q 'libsqlite3\.so\.0'
}

# The tests of the PostgreSQL engine start a server of their own.
need_postgres() {
  has_postgres && return
  install_packages "postgresql (the tests start a server of their own from it)" postgresql
  has_postgres || fail "PostgreSQL's server programs are still not found in /usr/lib/postgresql. Install PostgreSQL by hand, and start again."
}

has_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || compgen -G '/usr/local/pgsql/bin/initdb' >/dev/null ||
    compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null
}

# Sandboxes are started by these programs, and tests that need one are skipped without them, and say so.
need_sandbox() {
  has_sandbox && return
  (install_packages "bubblewrap, util-linux, iproute2 and e2fsprogs (sandboxes for agents: walls, limits, network and disks)" bubblewrap util-linux iproute2 e2fsprogs) ||
    say "The programs of sandboxes could not be installed; there are no sandboxes without them."
}

has_sandbox() {
  local tool
  for tool in bwrap setpriv unshare prlimit ip mkfs.ext4; do
    PATH="$PATH:/sbin:/usr/sbin" command -v "$tool" >/dev/null 2>&1 || return 1
  done
}

# 'oi sandboxes build' fetches packages with it.
need_bootstrap() {
  [ -x /usr/bin/mmdebstrap ] || install_packages "mmdebstrap (puts together the system that agents see)" mmdebstrap
}

# Tests of the engine 'oci' make sandboxes with it, and are skipped without it.
need_runtime() {
  [ -x /usr/bin/runc ] || (install_packages "runc (the tests make sandboxes with it too)" runc) ||
    say "runc could not be installed; the tests that need it will be skipped."
}

# Tests of the agent's browser open pages with it, in sandboxes, and are skipped without it.
need_browser() {
  { [ -x /usr/bin/chromium ] && [ -x /usr/bin/certutil ]; } ||
    (install_packages "chromium, libnss3-tools and fonts-dejavu-core (the tests open pages with them as agents do)" chromium libnss3-tools fonts-dejavu-core) ||
    say "chromium could not be installed; the tests that need it will be skipped."
}

# Tests that need it are skipped without it, and say so.
need_schema_suite() {
  [ -d /usr/share/json-schema-test-suite ] && return
  (install_packages "json-schema-test-suite (public test cases for the JSON Schema validator)" json-schema-test-suite) ||
    say "json-schema-test-suite could not be installed; the tests that need it will be skipped."
}

# The fault tests put a proxy in front of the server, and set the clock of single processes. Without these they are skipped, and say so.
need_fault_tools() {
  [ -x /usr/sbin/haproxy ] ||
    (install_packages "haproxy (the fault tests start one of their own in front of the server)" haproxy) ||
    say "haproxy could not be installed; the tests that need it will be skipped."
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null ||
    (install_packages "libfaketime (the fault tests set the clock of single processes)" libfaketime) ||
    say "libfaketime could not be installed; the tests that need it will be skipped."
}

# The retrieval tests search documentation of Debian packages: the manual of the GNU core utilities and three books about Debian. What the machine does not have is
# taken out of the packages, which are not installed; of the books the English pages alone are kept.
need_documents() {
  need_document coreutils 'usr/share/info/coreutils.info.gz'
  need_document debian-faq 'usr/share/doc/debian/FAQ/*.en.html'
  need_document debian-reference-en 'usr/share/debian-reference/ch*.en.html'
  need_document harden-doc 'usr/share/doc/harden-doc/html/en-US/*.html'
}

# need_document PACKAGE FILES: FILES of PACKAGE in artifacts/manual/PACKAGE, unless they are there or installed.
need_document() {
  local package=$1 files=$2 folder="$root/artifacts/manual/$1" work
  if compgen -G "/$files" >/dev/null || [ -d "$folder" ]; then
    return 0
  fi
  say "Fetching the package $package with apt for its documentation (the retrieval tests search it)"
  mkdir -p "$root/artifacts/manual"
  work=$(mktemp -d "$root/artifacts/manual/.fetch.XXXXXX")
  # Named only when it is whole: a half would pass for all of it the next time.
  (cd "$work" && download_package "$package" && dpkg-deb -x "$package"_*.deb . && mkdir kept && compgen -G "$files" | xargs cp -t kept && mv -T kept "$folder") >&2 ||
    say "The documentation of $package could not be had; the tests that need it will be skipped."
  rm -rf "$work"
}

# The lists of packages may be missing or old, as in images of containers.
download_package() {
  apt-get download -qq "$1" || { [ "$(id -u)" -eq 0 ] && apt-get update -qq && apt-get download -qq "$1"; }
}

# install_packages WHAT_AND_WHY PACKAGE...
install_packages() {
  local what=$1 as_root=()
  shift
  command -v apt-get >/dev/null 2>&1 || fail "Missing: $what. There is no apt-get here; install it by hand, and start again."
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || fail "Missing: $what. Run 'apt-get install $*' as root, and start again."
    as_root=(sudo)
  fi
  say "Installing with apt: $what"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# One hash of everything that a published program is made of.
sources_hash() {
  {
    dotnet --version
    find "$root/src" "$root"/Directory.*.props "$root/global.json" "$root/.editorconfig" "$root/BannedSymbols.txt" \
      \( -name bin -o -name obj \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
  } | sha256sum | cut -d' ' -f1
}

# publish PROJECT NAME: brings publish/NAME up to date, and does nothing when it is.
publish() {
  local project=$1 target="$root/publish/$2" fresh="$root/publish/$2.new" hash started
  mkdir -p "$root/publish"
  exec 9>"$root/publish/.lock"
  flock -n 9 || { say "Another build is writing to publish/; waiting for it ..."; flock 9; }
  hash=$(cd "$root" && sources_hash)
  if [ "$(cat "$target/.sources" 2>/dev/null)" != "$hash" ] || [ -n "$(find "$target" -name '*.dll' -newer "$target/.sources")" ]; then
    started=$SECONDS
    rm -rf "$fresh"
    say "Restoring the packages of $project, exactly those of the lock files ..."
    dotnet restore "$root/src/$project" --locked-mode -v quiet >&2 || return
    say "Publishing $project into publish/$2 (a minute or two the first time; not again until a source changes) ..."
    dotnet publish "$root/src/$project" -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:RestoreLockedMode=true \
      -o "$fresh" -v quiet >&2 || return
    echo "$hash" >"$fresh/.sources"
    # Put in its place whole: a server that runs from the old files keeps them.
    rm -rf "$target"
    mv "$fresh" "$target" || return
    say "Published in $((SECONDS - started)) s."
  fi
  exec 9>&-
}
