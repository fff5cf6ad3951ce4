/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auditdev_none.c - where there are no audit pipes.
 */
#include <errno.h>

#include "run/auditdev.h"

static int
ask(const struct auditdev *dev, enum auditdev_request r,
    struct auditdev_value *v)
{
	(void)dev;
	(void)r;
	(void)v;
	errno = ENOTTY;
	return -1;
}

struct auditdev
auditdev_of(int fd)
{
	return (struct auditdev){ .ask = ask, .fd = fd };
}
