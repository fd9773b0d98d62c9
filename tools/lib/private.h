/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of libmymap share with each other and with nobody else.
 */
#ifndef LIBMYMAP_PRIVATE_H
#define LIBMYMAP_PRIVATE_H

#include <linux/mymap.h>

#define MYMAP_EXPORT	__attribute__((visibility("default")))

#define MYMAP_DEVICE	"mymap"
#define MYMAP_NODE	"/dev/" MYMAP_DEVICE

/* The one place that calls ioctl(): its value if that is not negative, or -errno. */
int mymap_ioctl(int fd, unsigned long request, void *arg);

/* MYMAP_IOC_INFO about @fd: 0 with *@ret_info filled, or -errno. */
int mymap_fetch_info(int fd, struct mymap_info *ret_info);

#endif /* LIBMYMAP_PRIVATE_H */
