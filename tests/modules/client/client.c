// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that uses a buffer of mymap: it looks at every byte of a range, writes
 * others there, and rings. It does so when it is loaded, and loading it fails with
 * what went wrong. With hold=1 it goes on using the buffer until it is removed.
 */
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mymap_client.h>

#include "client.h"

static int fd = -1;
module_param(fd, int, 0);
MODULE_PARM_DESC(fd, "Descriptor of the buffer, of who loads the module");

static char *name;
module_param(name, charp, 0);
MODULE_PARM_DESC(name, "Or the buffer's name");

static ulong offset;
module_param(offset, ulong, 0);
MODULE_PARM_DESC(offset, "Where the range begins, in bytes");

static ulong len;
module_param(len, ulong, 0);
MODULE_PARM_DESC(len, "Bytes of the range");

static ulong size;
module_param(size, ulong, 0);
MODULE_PARM_DESC(size, "What the size of the buffer must be, in bytes");

static bool hold;
module_param(hold, bool, 0);
MODULE_PARM_DESC(hold, "Keep it, mapped, until the module goes");

static struct mymap_client *client;

static int look_at(const u8 *bytes)
{
	ulong i;

	for (i = 0; i < len; i++) {
		if (bytes[i] == client_byte(i, false))
			continue;
		pr_info("byte %lu is %#x, not %#x\n", i, bytes[i],
			client_byte(i, false));
		return -EILSEQ;
	}
	return 0;
}

/* As from an interrupt. */
static u64 ring(void)
{
	unsigned long flags;
	u64 sequence;

	local_irq_save(flags);
	sequence = mymap_client_ring(client);
	local_irq_restore(flags);
	return sequence;
}

static int use(void)
{
	u8 *bytes;
	ulong i;
	int err;

	if (mymap_client_size(client) != size)
		return -EILSEQ;
	/* Nothing is mapped. */
	mymap_client_unmap(client);
	if (PTR_ERR(mymap_client_map(client, offset + 1, PAGE_SIZE)) != -EINVAL ||
	    PTR_ERR(mymap_client_map(client, offset, 0)) != -EINVAL ||
	    PTR_ERR(mymap_client_map(client, offset, PAGE_SIZE + 1)) != -EINVAL)
		return -EILSEQ;
	bytes = mymap_client_map(client, offset, len);
	if (IS_ERR(bytes))
		return PTR_ERR(bytes);
	if (PTR_ERR(mymap_client_map(client, offset, len)) != -EBUSY)
		return -EILSEQ;
	err = look_at(bytes);
	if (err)
		return err;
	for (i = 0; i < len; i++)
		bytes[i] = client_byte(i, true);
	return ring() + 1 == ring() ? 0 : -EILSEQ;
}

static int __init client_init(void)
{
	int err;

	client = name ? mymap_client_get_by_name(name) : mymap_client_get(fd);
	if (IS_ERR(client)) {
		/* Which is no client to be put. */
		mymap_client_put(client);
		return PTR_ERR(client);
	}
	err = use();
	if (err || !hold) {
		mymap_client_put(client);
		client = NULL;
	}
	return err;
}
module_init(client_init);

static void __exit client_exit(void)
{
	mymap_client_put(client);
}
module_exit(client_exit);

MODULE_DESCRIPTION("Uses a buffer of mymap and looks at every byte");
MODULE_LICENSE("GPL");
