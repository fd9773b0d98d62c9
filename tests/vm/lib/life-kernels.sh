# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The kernels that a machine of $suite can have in its life: of the release, of its security updates, of its backports.
# A pocket is a part of the archive by its codename. apt takes the kernel from a pocket, all else as ever.

# life_pin POCKET: set $pinned to the options that make the private apt do that.
life_pin() {
	pinned=(-o "Dir::Etc::preferences=$work/pin-$1")
	printf 'Package: linux-*\nPin: release n=%s\nPin-Priority: 990\n' "$1" >"$work/pin-$1"
}

# The package of the kernel itself that linux-image-FLAVOUR of POCKET depends on; nothing if the pocket has no kernel.
life_kernel() {
	local pinned

	life_pin "$1"
	private_apt cache show "${pinned[@]}" --no-all-versions "linux-image-$flavour" 2>/dev/null |
		sed -n 's/^Depends:.* \(linux-image-[0-9][^ ,]*\).*/\1/p'
}

# life_kernel_closure POCKET: the packages beyond those a machine begins with that linux-image-FLAVOUR and linux-headers-FLAVOUR of
# POCKET need; as closure has them.
life_kernel_closure() {
	local pinned

	life_pin "$1"
	closure "$base/status" "${pinned[@]}" "${life_wanted[@]}" "linux-image-$flavour" "linux-headers-$flavour" ||
		closure_failed "the kernel of $1"
}

# The kernel's packages of a suite's backports, fetched; a line each, as closure has them. The private apt of backports is
# another one.
life_backports() (
	suite+=-backports
	archive_refresh
	[ -n "$(archive_lists "$suite")" ] || exit 0
	life_kernel_closure "$suite" >"$work/backports"
	life_fetch "$suite" "$work/backports" "$work/backports.log"
	cat "$work/backports"
)

# life_fetch POCKET CLOSURE LOG: the packages of a closure of life_kernel_closure.
life_fetch() {
	local files pinned

	mapfile -t files < <(cut -d ' ' -f 1 "$2")
	life_pin "$1"
	layer_wanted=("${pinned[@]}" "${life_wanted[@]}" "linux-image-$flavour" "linux-headers-$flavour")
	packages_fetch "$3" "${files[@]/#/$cache/packages/}"
}
