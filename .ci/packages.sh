# Sourced by tests/run and runtime/quickstart: the Debian packages they need, and how they come.

build_packages=(cmake ninja-build g++ pkgconf capnproto libcapnp-dev libcli11-dev libxxhash-dev libraft-dev liblmdb-dev
    libcaf-dev libspdlog-dev libtomlplusplus-dev libsodium-dev)
test_packages=(doctest-dev libbenchmark-dev valgrind clang lld llvm clang-tidy clang-format libclang-rt-dev)

# The only libraft that cluster/ builds with. Debian 13 has it; Debian 12 has it in its backports, and
# in its main archive 0.15.0, which loses committed entries.
libraft_version=0.22.1

# install_packages NAME...: installs those that are missing. Asks nothing, and does not touch apt when
# none is.
install_packages() {
    local missing=() package needs_libraft=0
    for package in "$@"; do
        if [[ $package == libraft-dev ]]; then
            package_version libraft-dev | grep -q "^$libraft_version-" || needs_libraft=1
        elif [[ -z $(package_version "$package") ]]; then
            missing+=("$package")
        fi
    done
    ((${#missing[@]} + needs_libraft > 0)) || return 0

    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || {
            ((!needs_libraft)) || missing+=("libraft-dev $libraft_version")
            echo "error: missing packages: ${missing[*]}; run as root, or install sudo" >&2
            return 1
        }
        as_root=(sudo)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    "${as_root[@]}" apt-get update -qq
    if ((${#missing[@]} > 0)); then
        echo "Installing ${missing[*]}"
        "${as_root[@]}" apt-get install -qq --yes --no-install-recommends "${missing[@]}" </dev/null
    fi
    if ((needs_libraft)); then
        install_libraft "${as_root[@]}"
    fi
}

# package_version NAME: its version if it is installed, otherwise nothing.
package_version() {
    dpkg-query --show --showformat='${db:Status-Status} ${Version}\n' "$1" 2>/dev/null |
        sed -n 's/^installed //p'
}

# install_libraft AS_ROOT...: libraft-dev in the version above, after an `apt-get update`.
install_libraft() {
    local as_root=("$@") found
    echo "Installing libraft-dev $libraft_version"
    found=$(apt-cache madison libraft-dev | sed -nE "s/^[^|]*\| *(${libraft_version//./\\.}-[^ ]*) .*/\1/p" | head -n 1)
    if [[ -n $found ]]; then
        "${as_root[@]}" apt-get install -qq --yes --no-install-recommends "libraft-dev=$found" </dev/null
        return
    fi

    # Backports come from wherever this machine has its Debian 12 from. They are listed for this one
    # install only, in a directory that is gone afterwards: apt's own lists stay as they were. What
    # libraft itself needs is there by now: cmake needs libuv1 too, and apt liblz4-1.
    local archive directory status=0
    archive=$(apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' 'Component: main' | head -n 1)
    if [[ -z $archive ]]; then
        echo "error: no libraft-dev $libraft_version in this machine's package sources, which are not Debian 12's" \
            "either; add one that has it, as Debian 13's do" >&2
        return 1
    fi
    directory=$(mktemp -d)
    chmod 755 "$directory"  # apt reads it as another user
    mkdir "$directory/parts" "$directory/lists"
    echo "deb $archive bookworm-backports main" >"$directory/sources.list"
    local apt=("${as_root[@]}" apt-get -qq -o "Dir::Etc::sourcelist=$directory/sources.list"
        -o "Dir::Etc::sourceparts=$directory/parts" -o "Dir::State::lists=$directory/lists"
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
    "${apt[@]}" update &&
        "${apt[@]}" install --yes --no-install-recommends "libraft-dev=$libraft_version-*" </dev/null || status=$?
    "${as_root[@]}" rm -rf "$directory"
    ((status == 0)) || echo "error: libraft-dev $libraft_version did not come from the backports of $archive" >&2
    return "$status"
}
