# Shared by scripts/try and tests/run: say, die, has, has_perl, has_node, need_rust, install_or_say. Sourced, never run.
# shellcheck shell=bash

RUST_WANTED=1.95
# Debian 12 has 18. What tests/browser and player install must run on it.
NODE_WANTED=18

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

# die WHAT HINT
die() {
    printf 'error: %s\n' "$1" >&2
    [ -n "${2:-}" ] && printf '  hint: %s\n' "$2" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

has_ca() { [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] || [ "$(uname)" = Darwin ]; }

has_openssl_headers() {
    if has pkg-config && pkg-config --exists 'openssl >= 1.1.1' 2>/dev/null; then return 0; fi
    [ -n "${OPENSSL_DIR:-}" ] && [ -e "$OPENSSL_DIR/include/openssl/ssl.h" ]
}

# Debian's perl-base is a perl too, but without the modules that OpenSSL's build uses.
has_perl() { has perl && perl -MFindBin -MIPC::Cmd -MTime::Piece -e 1 2>/dev/null; }

need_rust() {
    [ -d "$HOME/.cargo/bin" ] && PATH="$PATH:$HOME/.cargo/bin"
    has cargo && has rustc || die "Rust $RUST_WANTED or newer is needed and was not found." "install it from https://rustup.rs, then run this again"
    local found
    found=$(rustc --version | sed -E 's/^rustc ([0-9]+\.[0-9]+).*/\1/')
    [ "$(printf '%s\n%s\n' "$RUST_WANTED" "$found" | sort -V | head -n 1)" = "$RUST_WANTED" ] ||
        die "Rust $RUST_WANTED or newer is needed, this is $found." "rustup update stable"
}

# has_node MAJOR : is there a node, this new or newer?
has_node() { has node && [ "$(node --version | sed -E 's/^v([0-9]+).*/\1/')" -ge "$1" ] 2>/dev/null; }

install_line() { printf 'sudo apt-get update && sudo apt-get install -y --no-install-recommends %s' "$*"; }

may_install() { [ "$(id -u)" = 0 ] && has apt-get; }

# install_or_say PACKAGE... : installs as root on Debian and Ubuntu, else says the line that would and returns 1
install_or_say() {
    if may_install; then
        say "installing: $*"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        printf 'missing: %s\n  hint: %s\n' "$*" "$(install_line "$@")" >&2
        return 1
    fi
}
