# SPDX-License-Identifier: Apache-2.0
# What quickstart, check and .ci/run share: packages, configuring, building. Sourced by them, never run alone.
# Everything here speaks on stderr, so that stdout stays free for tables and test results.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Compiled objects are shared between clones; a home that cannot be written gets a cache of its own.
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
    if (($# == 0)); then
        return
    fi
    comm -23 <(printf '%s\n' "$@" | sort -u) \
        <(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p' | sort -u)
}

# packages_of SECTION...: the names in those sections of packages.txt, one a line.
packages_of() {
    local section
    for section in "$@"; do
        sed -n "/^\[$section\]/,/^\[/{/^[^#[]/p}" packages.txt
    done
}

# choose_packages [NAME...]: puts what is missing of section build into missing_now, and into missing_later the chart
# library's npm and the names; without root or sudo, prints the one command that installs all of them and exits.
choose_packages() {
    local now later=("$@")
    mapfile -t now < <(packages_of build)
    if [[ ! -e $chart_library ]] && ! command -v npm >/dev/null; then
        later+=(npm) # large in Debian, so only where nothing else brought one
    fi
    if ! command -v dpkg-query >/dev/null; then
        say "Lodestone is built on Debian 12 and this system has no dpkg. It needs what these packages hold:"
        say "    ${now[*]} ${later[*]}"
        exit 2
    fi
    mapfile -t missing_now < <(missing_packages "${now[@]}")
    mapfile -t missing_later < <(missing_packages "${later[@]}")
    if ((${#missing_now[@]} + ${#missing_later[@]} == 0)); then
        return
    fi
    as_root=()
    if (($(id -u) != 0)); then
        if ! sudo -n true 2>/dev/null; then
            say "Missing packages; installing them needs root or sudo. Run this, then start again:"
            say "    sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends \
        ${missing_now[*]} ${missing_later[*]}'"
            exit 2
        fi
        as_root=(sudo -n)
    fi
    say "Installing: ${missing_now[*]} ${missing_later[*]}"
    "${as_root[@]}" apt-get -q update >&2
}

# apt_install NAME...: installs them; nothing without names.
apt_install() {
    if (($# > 0)); then
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@" >&2
    fi
}

# install_packages [NAME...]: installs what is missing of section build, then starts to install what is missing of the
# names and to fetch the chart library while the caller compiles; await_packages waits for these.
install_packages() {
    later_job=
    choose_packages "$@"
    apt_install "${missing_now[@]}"
    if ((${#missing_later[@]} == 0)); then
        fetch_chart_library
        return
    fi
    mkdir -p build
    (apt_install "${missing_later[@]}" && fetch_chart_library) >"$later_log" 2>&1 &
    later_job=$!
    trap 'kill -0 "$later_job" 2>/dev/null && say "Waiting for apt-get" && wait "$later_job"' EXIT
}

# await_packages: waits for what install_packages started; shows what it said when it failed.
await_packages() {
    if [[ -n $later_job ]]; then
        if ! wait "$later_job"; then
            cat "$later_log" >&2
            say "Installing packages failed; the lines above are those of $later_log"
            exit 1
        fi
        touch "$later_log" # newer than any configuration that had not seen the packages
        later_job=
        trap - EXIT
    fi
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

# build_preset PRESET [TARGET...]: configures when needed (ninja itself notices changed CMake files, not new packages),
# then builds.
later_log=build/packages.log
build_preset() {
    local preset=$1 targets=()
    shift
    if (($# > 0)); then
        targets=(--target "$@")
    fi
    if [[ ! -e build/$preset/build.ninja || CMakePresets.json -nt build/$preset/build.ninja ||
        $later_log -nt build/$preset/build.ninja ]]; then
        cmake --preset "$preset" >&2
    fi
    cmake --build --preset "$preset" --parallel "$(nproc)" "${targets[@]}" >&2
}
