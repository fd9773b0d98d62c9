/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the client and the program that loads it agree on.
 */
#ifndef CLIENT_H
#define CLIENT_H

/* Other for each byte near by; by whom it was written, the program or the driver. */
static inline unsigned char client_byte(unsigned long i, int by_driver)
{
	return (unsigned char)((unsigned int)i * 2654435761U >> 11) ^ (by_driver ? 0xa5 : 0);
}

#endif /* CLIENT_H */
