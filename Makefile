# SPDX-License-Identifier: GPL-2.0-only
# mymap: what can be made here. 'make help' tells.

SUITE ?= bookworm
ARCH ?= amd64
SUITES ?= $(SUITE)
ARCHES ?= $(ARCH)
REPO ?= build/repo

# One thing after the other: the steps use all cores themselves.
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#: //p' Makefile

#: make demo          install what is missing, build the packages, boot a virtual
#:                    machine, install them there and show that they work
demo:
	@tests/demo

#: make check         tests of driver, library, command and packages; under 20 minutes
#:                    on two cores
check:
	@tests/check driver module --beside quick deb userland harness speed

#: make check-quick   the tests that need no virtual machine; under a minute
check-quick:
	@tests/check quick

#: make check-module  compile the driver with W=1 and sparse, without a warning
check-module:
	@tests/check module

#: make check-build   compile the driver with W=1 for every kernel of tests/matrix
check-build:
	@tests/check build

#: make check-matrix  the driver's tests on all kernels of tests/matrix that boot; hours
check-matrix:
	@tests/check matrix

#: make check-deb     build the packages and check them with lintian
check-deb:
	@tests/check deb

#: make check-debs    build the packages for every suite and architecture; an hour
check-debs:
	@tests/check debs

#: make check-guest   the tests in the virtual machine, and those of the machine
check-guest:
	@tests/check driver --beside userland harness

#: make check-bringup a device that does DMA, without and with an IOMMU, on amd64 and arm64
check-bringup:
	@tests/check bringup

#: make check-debug   the driver's tests, races and a search for leaks on the debug kernel
check-debug:
	@tests/check debug

#: make check-secure-boot
#:                    load the module with Secure Boot and under lockdown
check-secure-boot:
	@tests/check secure-boot

#: make check-packaging
#:                    the packages by lintian, piuparts and autopkgtest, the apt
#:                    repository, kernel upgrades, failing builds, upgrades and removal
#:                    of the packages in virtual machines with real apt
check-packaging:
	@tests/check deb packaging life --beside life

#: make check-life    of these, kernel upgrades, failing builds, upgrades and removal; SUITE
#:                    for the apt and DKMS of another suite than bookworm
check-life:
	@MYMAP_SUITE=$(SUITE) tests/check life --beside life

#: make ci            what continuous integration runs
ci:
	@tests/check --within 4200 driver module --beside quick deb userland harness speed \
		--then always --then --turn debug-1 bringup debug-2 long turn debug-3 secure-boot build debug-4 packaging \
		--beside life

#: make check-all     everything there is; hours
check-all:
	@tests/check driver module --beside quick deb userland harness speed \
		--then long bringup debug build debs secure-boot packaging life matrix

#: make check-speed   what mymap costs, against tests/budgets
check-speed:
	@tests/check speed

#: make bench         count what memory of mymap costs, beside memfd and others, on the kernels
#:                    of SUITES; JSON=1 prints rows as JSON, PLOT=FILE draws them
bench:
	@tests/bench $(if $(JSON),--json) $(if $(PLOT),--plot '$(PLOT)') $(SUITES)

#: make deb           the Debian packages, into build/bookworm-amd64/; SUITE and ARCH
#:                    for others, for instance SUITE=trixie ARCH=arm64
deb:
	@debian/build-debs $(SUITE) $(ARCH)

#: make deb-modules   a package with the module for the kernel KVER (as uname -r tells
#:                    it) of SUITE and ARCH, into build/modules/SUITE-ARCH/
deb-modules:
	@debian/build-modules $(SUITE) $(ARCH) $(KVER)

#: make repo KEY=...   an apt repository in build/repo/, signed by that key of gpg; SUITES
#:                    and ARCHES for more than one, MODULES="KVER..." for modules that are
#:                    ready made, REPO for another folder
repo:
	@debian/build-repository "$(KEY)" "$(SUITES)" "$(ARCHES)" "$(REPO)" "$(MODULES)"

#: make tools         the library and the command, into build/tools/
tools:
	@tests/deps build
	+$(MAKE) -C tools

#: make debug-kernel  a kernel that looks for mistakes (KASAN, lockdep, kmemleak and more),
#:                    for tests/vm/run --kernel debug
debug-kernel:
	@tests/debug-kernel

#: make vm-shell      a prompt in the virtual machine, mymap installed
vm-shell:
	@tests/vm/shell

#: make deps          install all Debian packages that the targets above need
deps:
	@tests/deps build quick module deb vm room foreign secure-boot

#: make clean         remove build/; caches stay, see README
clean:
	rm -rf build

.PHONY: help demo check check-quick check-module check-build check-matrix check-deb check-debs \
	check-guest check-bringup check-debug check-secure-boot check-packaging check-life check-all ci check-speed bench deb deb-modules repo tools debug-kernel vm-shell deps clean
