// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap bind, mymap unbind: give a PCI device to mymap, and back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void complain_taken(const struct command *command, const char *device, const char *driver)
{
	if (command == &command_bind)
		complain("%s: device '%s': the driver %s has it; 'echo %s | sudo tee "
			 "/sys/bus/pci/drivers/%s/unbind' takes it from there, and from who uses it",
			 command->name, device, driver, device, driver);
	else
		complain("%s: device '%s': the driver %s has it", command->name, device, driver);
}

static int complain_device(const struct command *command, const struct options *options, int error)
{
	const char *who = command->name, *device = options->device;
	char *driver = NULL;

	switch (error) {
	case -ENODEV:
		complain("%s: device '%s': there is no such PCI device; 'ls /sys/bus/pci/devices' "
			 "shows all", who, device);
		break;
	case -EBUSY:
		if (!mymap_device_get_driver(device, &driver) && strcmp(driver, "mymap"))
			complain_taken(command, device, driver);
		else
			complain("%s: device '%s': memory is allocated for it: destroy those buffers first",
				 who, device);
		free(driver);
		break;
	case -ENOENT:
		complain("%s: device '%s': mymap does not have it, or is not loaded: 'modprobe mymap'",
			 who, device);
		break;
	case -EACCES:
		complain("%s: device '%s': permission denied: this is for root", who, device);
		break;
	case -EINVAL:
		complain("%s: device '%s': it cannot do DMA with so many bits; see 'dmesg'", who, device);
		break;
	case -EIO:
		complain("%s: device '%s': %s; see 'dmesg'", who, device, options->dma_bits ?
			 "the driver refused it, or it cannot do DMA with so many bits" :
			 "the driver refused it");
		break;
	default:
		complain("%s: device '%s': %s", who, device, strerror(-error));
	}
	return EXIT_FAILED;
}

static int run(const struct command *command, const struct options *options)
{
	int r;

	if (!options->device) {
		complain("%s: the device is missing, such as 0000:00:04.0", command->name);
		return EXIT_USAGE;
	}
	r = command == &command_bind ? mymap_device_bind(options->device, options->dma_bits) :
				       mymap_device_unbind(options->device);
	return r < 0 ? complain_device(command, options, r) : EXIT_OK;
}

const struct command command_bind = {
	.name = "bind",
	.operands = "DEVICE",
	.summary = "make mymap the driver of a PCI device",
	.description =
		"Makes mymap the driver of a PCI device that has none, so that there can be\n"
		"memory for it: 'mymap create --device DEVICE'. It may then read and write\n"
		"memory by itself. --dma-bits tells how many bits of an address it has.\n",
	.options = BIT(OPTION_DMA_BITS),
	.takes_device = true,
	.run = run,
};

const struct command command_unbind = {
	.name = "unbind",
	.operands = "DEVICE",
	.summary = "give a PCI device back to what drives it else",
	.description =
		"Takes a PCI device from mymap and gives it to a driver that is made for it, if\n"
		"there is one. The memory of the kind device that was for it goes at once,\n"
		"whoever uses it.\n",
	.takes_device = true,
	.run = run,
};
