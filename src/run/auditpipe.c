/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auditpipe.c - records that the kernel could not keep for us.
 *
 * The questions are those of auditpipe(4) of FreeBSD and macOS.
 */
#ifdef __has_include
#if __has_include(<security/audit/audit_ioctl.h>)
#define HAVE_AUDITPIPE
#include <sys/types.h>
#include <sys/ioctl.h>
#include <security/audit/audit_ioctl.h>
#endif
#endif

#include "base/log.h"
#include "run/auditpipe.h"

#ifdef HAVE_AUDITPIPE

static void
lengthen(int fd)
{
	u_int	 limit, most;

	if (ioctl(fd, AUDITPIPE_GET_QLIMIT, &limit) == -1 ||
	    ioctl(fd, AUDITPIPE_GET_QLIMIT_MAX, &most) == -1 ||
	    limit >= most)
		return;
	limit = limit > most / 2 ? most : 2 * limit;
	if (ioctl(fd, AUDITPIPE_SET_QLIMIT, &limit) == -1)
		log_warn_errno("the queue of the audit pipe stays as it is");
	else
		log_info("the queue of the audit pipe has room for %u "
		    "records now", limit);
}

static void
ask(struct auditpipe *a, int fd)
{
	u_int64_t	 drops;

	if (ioctl(fd, AUDITPIPE_GET_DROPS, &drops) == -1 ||
	    drops <= a->drops)
		return;
	log_warn("the kernel dropped %llu records that we were too slow to "
	    "read, %llu in all", (unsigned long long)(drops - a->drops),
	    (unsigned long long)drops);
	a->drops = drops;
	lengthen(fd);
}

#else

static void
ask(struct auditpipe *a, int fd)
{
	(void)a;
	(void)fd;
}

#endif

void
auditpipe_look(struct auditpipe *a, int fd)
{
	if (a->reads++ % AUDITPIPE_EVERY == 0)
		ask(a, fd);
}
