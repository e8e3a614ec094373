# Sourced by tests/run and runtime/quickstart: the Debian packages they need, and how they come.

build_packages=(cmake ninja-build g++ pkgconf capnproto libcapnp-dev libcli11-dev libxxhash-dev)
test_packages=(doctest-dev libbenchmark-dev valgrind clang clang-tidy clang-format libclang-rt-dev)

# install_packages NAME...: installs those that are missing. Asks nothing, and does not touch apt when
# none is.
install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null |
            grep -qx installed || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0

    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || {
            echo "error: missing packages: ${missing[*]}; run as root, or install sudo" >&2
            return 1
        }
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes \
        --no-install-recommends "${missing[@]}" </dev/null
}
