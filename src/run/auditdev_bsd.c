/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auditdev_bsd.c - an audit pipe of FreeBSD or macOS.
 *
 * The kernel wants an argument of the size that the request names, so a row
 * says of each which it is.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <bsm/audit.h>
#include <security/audit/audit_ioctl.h>

#include "run/auditdev.h"

enum argument { ARGUMENT_UINT, ARGUMENT_INT, ARGUMENT_U64, ARGUMENT_MASK };

static const struct {
	unsigned long	 request;
	enum argument	 argument;
} requests[AUDITDEV_REQUESTS] = {
	[AUDITDEV_LIMIT] = { AUDITPIPE_GET_QLIMIT, ARGUMENT_UINT },
	[AUDITDEV_LIMIT_LEAST] = { AUDITPIPE_GET_QLIMIT_MIN, ARGUMENT_UINT },
	[AUDITDEV_LIMIT_MOST] = { AUDITPIPE_GET_QLIMIT_MAX, ARGUMENT_UINT },
	[AUDITDEV_DROPS] = { AUDITPIPE_GET_DROPS, ARGUMENT_U64 },
	[AUDITDEV_TRUNCATES] = { AUDITPIPE_GET_TRUNCATES, ARGUMENT_U64 },
	[AUDITDEV_SET_LIMIT] = { AUDITPIPE_SET_QLIMIT, ARGUMENT_UINT },
	[AUDITDEV_SET_FLAGS] = { AUDITPIPE_SET_PRESELECT_FLAGS,
	    ARGUMENT_MASK },
	[AUDITDEV_SET_NAFLAGS] = { AUDITPIPE_SET_PRESELECT_NAFLAGS,
	    ARGUMENT_MASK },
	[AUDITDEV_SET_MODE] = { AUDITPIPE_SET_PRESELECT_MODE, ARGUMENT_INT },
};

static int
ask_uint(int fd, unsigned long request, struct auditdev_value *v)
{
	u_int	 number = (u_int)v->number;

	if (ioctl(fd, request, &number) == -1)
		return -1;
	v->number = number;
	return 0;
}

static int
ask_int(int fd, unsigned long request, struct auditdev_value *v)
{
	int	 number = (int)v->number;

	return ioctl(fd, request, &number);
}

static int
ask_u64(int fd, unsigned long request, struct auditdev_value *v)
{
	u_int64_t	 number = v->number;

	if (ioctl(fd, request, &number) == -1)
		return -1;
	v->number = number;
	return 0;
}

static int
ask_mask(int fd, unsigned long request, const struct auditdev_value *v)
{
	au_mask_t	 mask = { .am_success = v->success,
	    .am_failure = v->failure };

	return ioctl(fd, request, &mask);
}

static int
ask(const struct auditdev *dev, enum auditdev_request r,
    struct auditdev_value *v)
{
	const unsigned long	 request = requests[r].request;

	switch (requests[r].argument) {
	case ARGUMENT_UINT:
		return ask_uint(dev->fd, request, v);
	case ARGUMENT_INT:
		return ask_int(dev->fd, request, v);
	case ARGUMENT_U64:
		return ask_u64(dev->fd, request, v);
	case ARGUMENT_MASK:
		return ask_mask(dev->fd, request, v);
	}
	return -1;
}

struct auditdev
auditdev_of(int fd)
{
	return (struct auditdev){ .ask = ask, .fd = fd };
}
