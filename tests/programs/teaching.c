// SPDX-License-Identifier: GPL-2.0-only
/* Map a page of /dev/mymap and print the ten bytes it begins with. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
	long size = sysconf(_SC_PAGESIZE);
	unsigned char *p;
	int fd, i;

	fd = open("/dev/mymap", O_RDWR);
	if (fd < 0) {
		perror("/dev/mymap");
		return 1;
	}

	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		perror("mmap");
		return 1;
	}

	for (i = 0; i < 10; i++)
		printf("%d\n", p[i]);

	munmap(p, size);
	close(fd);
	return 0;
}
