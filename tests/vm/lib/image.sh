# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The images, each an entry of the cache and a layer on the one before:
#   base   a small Debian with a kernel, made by mmdebstrap
#   deps   what mymap's packages need, installed by apt in the guest
#   with   what --with names, the same way
#   mymap  mymap's packages, installed by apt in the guest
# A layer's key holds the identity of the one below: a base made again is another one, block by block.

# The install that makes a layer may take this long.
layer_time_limit=1500

image_prepare() {
	base_prepare
	accel_choose
	packages_prepare
	layers_prepare
}

# overlay_create FILE BELOW
overlay_create() {
	local format=qcow2

	[ "${2##*.}" != img ] || format=raw
	qemu-img create -q -f qcow2 -F "$format" -b "$2" "$1"
}

layers_prepare() {
	local closures wanted=("$own"/*.deb) headers

	cache_get closure "$(echo "$base_id $archive_id $own_control $kernel ${with[*]}" | key)" closures_build
	closures=$entry
	headers=$(kernel_headers)
	layer_wanted=("${wanted[@]}" ${headers:+"$headers"})

	image_root=$base/root.img
	image_repository=
	image_id=$base_id
	layer deps "about 4 minutes" "$closures/own"
	layer_wanted+=("${with[@]}")
	[ ! -s "$closures/with" ] || layer with "some minutes" "$closures/with"
	layer mymap "about 2 minutes" "$closures/all"
}

# layer SORT DURATION CLOSURE: put a layer on top of $image_root.
layer() {
	layer_sort=$1 layer_duration=$2 layer_closure=$3
	cache_get "$1" "$(
		{
			echo "$image_id"
			cat "$3" "$vm_dir/guest/install"
			[ "$1" != mymap ] || echo "$own_content"
		} | key
	)" layer_build
	image_root=$entry/root.qcow2
	image_repository=$entry/repository.ext4
	image_id=$(cat "$entry/id")
}

layer_build() {
	local files=() file names=() log=$1/build.log console=$1/console.log

	while read -r file _; do
		files+=("$cache/packages/$file")
		names+=("$file")
	done <"$layer_closure"
	packages_fetch "$log" "${files[@]}"
	[ "$layer_sort" != mymap ] || files+=("$own"/*.deb)
	step "making a repository of ${#files[@]} packages" "$log" repository "$1/repository.ext4" "${files[@]}" || {
		keep_log "$log"
		die 125 "repository" "could not be made" "$kept"
	}
	layer_install "$1"
}

# Fetch what is not there yet.
packages_fetch() {
	local log=$1 file missing=
	shift

	for file; do
		[ -e "$file" ] || missing=yes
	done
	[ -n "$missing" ] || return 0
	step "downloading packages" "$log" download "$base/status" "${layer_wanted[@]}" || {
		keep_log "$log"
		die 125 "download" "$(grep -m 1 '^E: ' "$log" || echo "apt failed")" "$kept"
	}
	for file; do
		[ -e "$file" ] || die 125 "download" "apt has not fetched ${file##*/}, though a closure names it"
	done
}

# Boot the layer below and let apt in it install; what it leaves on its disk is the layer.
layer_install() {
	local packages=() file start=$SECONDS what="mymap" why=

	if [ "$layer_sort" = mymap ]; then
		packages=("${own_names[@]}")
	else
		what="mymap's dependencies"
		[ "$layer_sort" = deps ] || what="packages beside mymap"
		while read -r file _; do
			packages+=("${file%%_*}")
		done <"$layer_closure"
	fi

	say "installing $what in the guest ($layer_duration), log: $work/stdout"
	overlay_create "$1/new.qcow2" "$image_root" || die 125 "disk" "qemu-img failed"
	machine_defaults
	machine_limit=$layer_time_limit machine_keep=yes
	layer_boot "$1/new.qcow2" "$1/repository.ext4" \
		/bin/bash /run/mymap-vm/install "$layer_sort" "${packages[@]}"
	cat "$work/stdout" "$work/stderr" >"$1/install.log"
	cp "$work/console.log" "$1/console.log"

	verdict
	if [ "$outcome" != 0 ]; then
		keep_log "$1/install.log" "$1/console.log"
		die 125 "installing $what" "${outcome_why:-apt failed in the guest}" "$kept"
	fi
	mv "$1/new.qcow2" "$1/root.qcow2"
	say "done in $((SECONDS - start)) s"
}

# Installing wants a machine as it is by default, whatever the one that is asked for looks like.
layer_boot() {
	local memory=2G cpus icount='' qemu_args=()

	cpus=$(nproc)
	cpus=$((cpus < 4 ? cpus : 4))
	machine_run "$@"
}
