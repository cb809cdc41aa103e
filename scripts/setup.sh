# SPDX-License-Identifier: Apache-2.0
# What quickstart, check and .ci/run share: packages, configuring, building. Sourced by them, never run alone.
# Everything here speaks on stderr, so that stdout stays free for tables and test results.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Compiled objects are shared between clones; a home that cannot be written gets a cache of its own.
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$root}" CCACHE_NOHASHDIR=1
if [[ -z "${CCACHE_DIR:-}" && ! -w "${HOME:-/nonexistent}" ]]; then
    export CCACHE_DIR="$root/build/ccache"
fi

say() { printf '%s\n' "$*" >&2; }

# wrong_use SCRIPT OPTION: an option nobody knows is the user's mistake, exit 2.
wrong_use() {
    say "$1: unknown option '$2'; './$1 --help' lists the options"
    exit 2
}

# missing_packages NAME...: those of the names that are not installed, one a line.
missing_packages() {
    comm -23 <(printf '%s\n' "$@" | sort -u) \
        <(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p' | sort -u)
}

# install_packages [NAME...]: installs what is missing of packages.txt and the names; quick when nothing is.
install_packages() {
    local wanted missing as_root
    mapfile -t wanted < <(sed 's/#.*//' packages.txt | grep -o '[^[:space:]]\+')
    wanted+=("$@")
    if [[ ! -e $chart_library ]] && ! command -v npm >/dev/null; then
        wanted+=(npm) # large in Debian, so only where nothing else brought one
    fi
    if ! command -v dpkg-query >/dev/null; then
        say "Lodestone is built on Debian 12 and this system has no dpkg. It needs what these packages hold:"
        say "    ${wanted[*]}"
        exit 2
    fi
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    if ((${#missing[@]} == 0)); then
        return
    fi
    if (($(id -u) == 0)); then
        as_root=()
    elif sudo -n true 2>/dev/null; then
        as_root=(sudo -n)
    else
        say "Missing packages; installing them needs root or sudo. Run this, then start again:"
        say "    sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends ${missing[*]}'"
        exit 2
    fi
    say "Installing: ${missing[*]}"
    "${as_root[@]}" apt-get -q update >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends "${missing[@]}" >&2
}

# fetch_chart_library: what pages of `lodestone report` are drawn with, at the version and checksum of
# package-lock.json; without it everything builds, and `lodestone report` says what to run.
chart_library=node_modules/echarts/dist/echarts.min.js
fetch_chart_library() {
    if [[ -e $chart_library && ! package-lock.json -nt node_modules/.package-lock.json ]]; then
        return
    fi
    if ! npm ci --no-progress >&2; then
        say "The chart library could not be fetched; pages cannot be written until 'npm ci' works here."
    fi
}

# build_preset PRESET [TARGET...]: configures when needed (ninja itself notices changed CMake files), then builds.
build_preset() {
    local preset=$1 targets=()
    shift
    if (($# > 0)); then
        targets=(--target "$@")
    fi
    if [[ ! -e build/$preset/build.ninja || CMakePresets.json -nt build/$preset/build.ninja ]]; then
        cmake --preset "$preset" >&2
    fi
    cmake --build --preset "$preset" --parallel "$(nproc)" "${targets[@]}" >&2
}
