# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian's kernels, their headers, and the driver compiled against them. Headers are packages unpacked over a
# room: a flavour's, the common ones, and the programs of kbuild, which are this machine's whatever the target is.

# The compiler that a suite's kernels are made with.
kernel_gcc() {
	case $1 in
	bullseye) echo gcc-10 ;;
	bookworm*) echo gcc-12 ;;
	trixie*) echo gcc-14 ;;
	*) echo gcc-16 ;;
	esac
}

# kernel_find SUITE ARCH FLAVOUR: set $kver to the newest of these kernels, $kernel_archive to the archive that has it. False,
# and $why, where it has none. Archives happen to list packages that they do not have: then an older kernel does.
kernel_find() {
	local arch=$2 deb headers

	kernel_look "$1" "$2" || return
	for headers in $(kernel_headers_of "$3"); do
		kver=${headers#linux-headers-}
		! kernel_fetch "$headers" || return 0
	done
	: "${why:=the archive has no linux-headers-$3 for $arch in $suite; there are $(kernel_names '[^0-9]')}"
	return 1
}

# The headers of a flavour, newest first.
kernel_headers_of() {
	if [ "$suite" != "$(suite_stem "$suite")" ]; then
		kernel_field "linux-headers-$1" Depends
	else
		private_apt cache show "linux-headers-$1" 2>/dev/null | sed -n 's/^Depends: //p'
	fi | grep -oE 'linux-headers-[0-9][^ ,]*' | sort -rVu
}

# kernel_named SUITE ARCH KVER: the same for a kernel by its full name.
kernel_named() {
	local arch=$2

	kernel_look "$1" "$2" || return
	kver=$3
	[ -n "$(kernel_field "linux-headers-$kver" Version)" ] || {
		why="the archive has no linux-headers-$kver for $arch in $suite; there are $(kernel_names '[0-9]+[.][0-9]+[.][0-9]')"
		return 1
	}
}

# kernel_names REGEX: what the archive has headers for, of that which begins so: flavours, or kernels by their full names.
kernel_names() {
	local names

	names=$(private_apt cache pkgnames linux-headers- | sed 's/^linux-headers-//' | grep -E "^$1" | grep -vE 'common|^generic' | sort -V | xargs)
	echo "${names:-none}"
}

# kernel_flavour_of_name: of $kver: the longest ending of its name that has a package of its own, which each new kernel comes with.
kernel_flavour_of_name() {
	local name=$kver

	while [[ $name = *-* ]]; do
		name=${name#*-}
		[ -z "$(kernel_field "linux-headers-$name" Version)" ] || { echo "$name"; return; }
	done
	return 1
}

# kernel_is_usual FLAVOUR: is $kver of the series that a $suite has for a FLAVOUR, as 6.1 in Debian 12? There are others beside it:
# backports', and those of the next Debian among the security updates.
kernel_is_usual() {
	[ "$suite" = "$(suite_stem "$suite")" ] &&
		[ "$(kernel_series "linux-headers-$kver")" = "$(kernel_series "linux-headers-$1")" ]
}

# kernel_series PACKAGE: the first two numbers of its version.
kernel_series() {
	kernel_field "$1" Version | cut -d . -f 1,2
}

kernel_look() {
	suite=$1 why=
	# A subshell, since an archive that cannot be had ends the run.
	why=$( (archive_refresh) 2>&1) || { why=${why%%$'\n'*}; return 1; }
	archive_refresh
	kernel_archive=$archive
}

# kernel_field PACKAGE FIELD: of the version that the cell is about.
kernel_field() {
	local release=()

	[ "$suite" = "${suite%-backports}" ] || release=(-o "APT::Default-Release=$suite")
	private_apt cache show --no-all-versions "${release[@]}" "$1" 2>/dev/null | sed -n "s/^$2: //p" | head -n 1
}

# kernel_room: a room for the kernels of $suite, those of testing being built where those of sid are.
kernel_room() {
	local gcc packages
	local suite=${suite%-backports}

	gcc=$(kernel_gcc "$suite")
	[ "$suite" != forky ] || suite=sid
	packages=(make ccache "$gcc" "$gcc-aarch64-linux-gnu" "$gcc-arm-linux-gnueabihf" kmod libelf1)
	case $suite in
	bullseye) packages+=(dwarves) ;;
	bookworm) packages+=(pahole) ;;
	# With W=1 the kernel looks at the comments of functions, by a program in perl.
	*) packages+=(perl pahole "$gcc-riscv64-linux-gnu") ;;
	esac
	room_get "${packages[@]}"
}

# kernel_layers ARCH: set $layers to the trees of the headers of $kver, with colons between.
kernel_layers() {
	local arch=$1 names name

	layers=
	archive=$kernel_archive
	names=$(kernel_field "linux-headers-$kver" Depends | tr ',' '\n' | sed 's/^ *//; s/ .*//; s/:.*//' |
		grep -E '^linux-headers-.*-common' || :)
	for name in "linux-headers-$kver" $names; do
		kernel_layer "$name" || return
	done
	name=$(kernel_field "linux-headers-$kver" Depends | tr ',' '\n' | grep -oE 'linux-kbuild-[^ :]*')
	arch=$(dpkg --print-architecture)
	archive_refresh
	kernel_layer "$name"
}

# kernel_fetch NAME: set $deb to the file of that package of $archive; false, and $why, where it cannot be had.
kernel_fetch() {
	local version

	version=$(kernel_field "$1" Version)
	[ -n "$version" ] || { why="the archive has no $1"; return 1; }
	deb=$cache/packages/$1_${version//:/%3a}_$(kernel_field "$1" Architecture).deb
	[ ! -e "$deb" ] || return 0
	(cd "$cache/packages" && private_apt get download -qq "$1=$version" >"$work/download-$BASHPID.log" 2>&1 </dev/null) || {
		why="$1 cannot be fetched"
		return 1
	}
}

# kernel_layer NAME: unpack the package, on top of $layers.
kernel_layer() {
	kernel_fetch "$1" || return
	room_layer "$deb"
	layers+=${layers:+:}$layer
}

# kernel_compile ARCH DIR [ARGUMENT]...: compile the driver in DIR/src against $kver; what make says goes to DIR/log.
kernel_compile() {
	local arch=$1 dir=$2 cross=()
	shift 2

	[ "$arch" = "$(dpkg --print-architecture)" ] || cross=("CROSS_COMPILE=$(gnu_name "$arch")-")
	room_run "$dir" "$layers" make -C "/usr/src/linux-headers-$kver" M=/build/src ARCH="$(kernel_arch "$arch")" "${cross[@]}" \
		"$@" modules >"$dir/log" 2>&1
}
