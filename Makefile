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
	@tests/check quick module deb guest secure-boot

#: make check-quick   the tests that need no virtual machine; under a minute
check-quick:
	@tests/check quick

#: make check-module  compile the driver with W=1 and sparse, without a warning
check-module:
	@tests/check module

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

#: make ci            what continuous integration runs
ci: check

#: make deb           the Debian packages, into build/bookworm-amd64/
deb:
	@debian/build-debs $(SUITE) $(ARCH)

#: make tools         the library and the command, into build/tools/
tools:
	@tests/deps build
	+$(MAKE) -C tools

#: make vm-shell      a prompt in the virtual machine, mymap installed
vm-shell:
	@tests/vm/shell

#: make deps          install all Debian packages that the targets above need
deps:
	@tests/deps build quick module deb vm secure-boot

#: make clean         remove build/; caches stay, see README
clean:
	rm -rf build

.PHONY: help demo check check-quick check-module check-deb check-guest check-secure-boot \
	ci deb tools vm-shell deps clean
