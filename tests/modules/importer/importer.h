/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the importer and the program that loads it agree on.
 */
#ifndef IMPORTER_H
#define IMPORTER_H

/* The last stage of the bytes; the program leaves them in stage 0. */
#define IMPORTER_STAGE	200

/* Other for each byte near by, and for each stage. */
static inline unsigned char importer_byte(unsigned long i, unsigned char stage)
{
	return (unsigned char)((unsigned int)i * 2654435761U >> 13) + stage;
}

#endif /* IMPORTER_H */
