#!/bin/sh
# Debian's musl for arm64, unpacked into FOLDER without touching the machine's own apt state.
# Usage: musl-arm64.sh FOLDER    (then: aarch64-linux-gnu-gcc -specs FOLDER/musl-gcc.specs)
set -eu
folder=$1
[ -f "$folder/musl-gcc.specs" ] && exit 0
mkdir -p "$folder/lists/partial" "$folder/archives/partial"
cd "$folder"
folder=$PWD
set -- -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State::Lists="$folder/lists" \
	-o Dir::Cache="$folder" -o APT::Sandbox::User=root
apt-get "$@" -qq update
apt-get "$@" -qq download musl-dev:arm64
dpkg -x musl-dev_*_arm64.deb .
rm -rf lists archives pkgcache.bin srcpkgcache.bin musl-dev_*_arm64.deb
# The package's own compiler settings, moved to this folder.
sed "s#/usr/#$folder/usr/#g" usr/lib/aarch64-linux-musl/musl-gcc.specs > musl-gcc.specs
