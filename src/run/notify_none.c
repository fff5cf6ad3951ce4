/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify_none.c - a system that tells nothing: a look now and then has to do.
 */
#include <stddef.h>

#include "run/notify.h"

struct notify *
notify_new(void)
{
	return NULL;
}

void
notify_free(struct notify *n)
{
	(void)n;
}

int
notify_fd(const struct notify *n)
{
	(void)n;
	return -1;
}

void
notify_directory(struct notify *n, const char *path)
{
	(void)n;
	(void)path;
}

void
notify_file(struct notify *n, int fd)
{
	(void)n;
	(void)fd;
}

unsigned
notify_read(struct notify *n)
{
	(void)n;
	return 0;
}
