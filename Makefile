# SPDX-License-Identifier: GPL-2.0-only
# mymap: what can be made here. 'make help' tells.

SUITE ?= bookworm
ARCH ?= amd64
DEBS = build/$(SUITE)-$(ARCH)

# One thing after the other: the steps use all cores themselves.
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#: //p' Makefile

#: make demo          install what is missing, build the packages, boot a virtual
#:                    machine, install them there and show that they work
demo:
	@tests/demo

#: make check         all tests; under 20 minutes on two cores
check:
	@tests/check quick module deb guest

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

#: make check-guest   the tests in the virtual machine, and those of the machine
check-guest:
	@tests/check guest

#: make check-secure-boot
#:                    load the module with Secure Boot and under lockdown
check-secure-boot:
	@tests/check secure-boot

#: make check-life    kernel upgrades, failing builds, upgrades and removal of the
#:                    packages, in virtual machines with real apt; half an hour
check-life:
	@tests/check life

#: make ci            what continuous integration runs
ci:
	@tests/check quick module deb guest

#: make deb           the Debian packages, into build/bookworm-amd64/; SUITE and ARCH
#:                    for others, for instance SUITE=trixie ARCH=arm64
deb:
	@debian/build-debs $(SUITE) $(ARCH)

#: make deb-modules   a package with the module for the kernel KVER (as uname -r tells
#:                    it) of SUITE and ARCH, into build/modules/
deb-modules:
	@debian/build-modules $(SUITE) $(ARCH) $(KVER)

#: make tools         the library and the command, into build/tools/
tools:
	@tests/deps build
	+$(MAKE) -C tools

#: make vm-shell      a prompt in the virtual machine, mymap installed
vm-shell:
	@tests/vm/shell

#: make deps          install all Debian packages that the targets above need
deps:
	@tests/deps build quick module deb vm room foreign secure-boot

#: make clean         remove build/; caches stay, see README
clean:
	rm -rf build

.PHONY: help demo check check-quick check-module check-build check-matrix check-deb \
	check-guest check-secure-boot check-life ci deb deb-modules tools vm-shell deps clean
