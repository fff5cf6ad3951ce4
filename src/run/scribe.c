/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scribe.c - who writes to syslog, while others go on.
 */
#include "run/scribe.h"

#include <stdlib.h>
#include <syslog.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "bsm/cursor.h"

#define LEAVE_MS	2000u
#define MOMENT_MS	20u	/* nearly always all is out by then */

struct scribe {
	struct outbox	*outbox;
};

/* An item is the priority, 4 bytes, and the line with its NUL. */
static void
deliver(void *arg, struct slice item)
{
	(void)arg;
	syslog((int)be32(item.p), "%s", (const char *)item.p + 4);
}

struct spill *
scribe_queue(void)
{
	static const struct spill_limits	 limits = {
		.disk = SPILL_DISK
	};

	return spill_new(&limits);
}

struct scribe *
scribe_new(struct spill *queue)
{
	static const struct outbox_to	 to = { .deliver = deliver,
	    .name = "lines for syslog" };
	struct scribe			*s = xcalloc(1, sizeof(*s));

	s->outbox = outbox_new(&to, queue);
	if (s->outbox != NULL)
		return s;
	free(s);
	return NULL;
}

bool
scribe_leave(struct scribe *s)
{
	if (s == NULL)
		return true;
	if (!outbox_leave(s->outbox, LEAVE_MS))
		return false;
	free(s);
	return true;
}

void
scribe_send(void *arg, int priority, const char *line)
{
	const struct scribe	*s = arg;
	struct buf		 item = { 0 };

	buf_u32(&item, (uint32_t)priority);
	buf_str(&item, line);
	buf_u8(&item, 0);
	(void)outbox_put(s->outbox, buf_bytes(&item), false);
	buf_fini(&item);
}

void
scribe_stats(struct scribe *s, struct outbox_stats *stats)
{
	*stats = (struct outbox_stats){ 0 };
	if (s != NULL)
		outbox_stats(s->outbox, stats);
}

bool
scribe_done(struct scribe *s)
{
	return outbox_drain(s->outbox, MOMENT_MS);
}
