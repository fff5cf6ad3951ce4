/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * herald.c - tells the worker of the trails of a directory, and opens them.
 */
#include "run/herald.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/trailwatch.h"

struct herald {
	struct hand		*worker;
	struct trailwatch	*watch;
	uint32_t		 number;	/* of the input */
	uint32_t		 ntold;		/* trails, so far */
};

static void
on_begun(void *arg, const struct trailwatch_trail *t)
{
	struct herald	*h = arg;
	struct buf	 b = { 0 };

	buf_u32(&b, h->number);
	buf_u32(&b, t->id);
	buf_u64(&b, (uint64_t)t->stamps.start);
	buf_u64(&b, (uint64_t)t->stamps.end);
	buf_u32(&b, t->stamps.how);
	roles_text(&b, t->path);
	roles_text(&b, t->host);
	h->ntold = t->id + 1;
	hand_send(h->worker, ROLES_BEGUN, &b, -1);
	buf_fini(&b);
}

static void
on_ended(void *arg, uint32_t id)
{
	const struct herald	*h = arg;
	struct buf		 b = { 0 };

	buf_u32(&b, h->number);
	buf_u32(&b, id);
	hand_send(h->worker, ROLES_ENDED, &b, -1);
	buf_fini(&b);
}

static void
tell(const struct herald *h, uint32_t type)
{
	struct buf	 b = { 0 };

	buf_u32(&b, h->number);
	hand_send(h->worker, type, &b, -1);
	buf_fini(&b);
}

static void
on_grown(void *arg)
{
	tell(arg, ROLES_GROWN);
}

static void
on_looked(void *arg)
{
	tell(arg, ROLES_LOOKED);
}

static void
on_say(void *arg, const char *path, const char *why)
{
	struct buf	 text = { 0 };

	(void)arg;
	buf_escape(&text, slice_str(path));
	log_warn("%s: %s", buf_cstr(&text), why);
	buf_fini(&text);
}

struct herald *
herald_new(struct event_base *base, struct hand *worker,
    const struct input *in, uint32_t number)
{
	struct herald			*h = xcalloc(1, sizeof(*h));
	const struct trailwatch_to	 to = { on_begun, on_ended, on_grown,
	    on_looked, on_say, h };

	h->worker = worker;
	h->number = number;
	h->watch = trailwatch_new(base, in->path, &to);
	if (h->watch == NULL) {
		free(h);
		return NULL;
	}
	(void)trailwatch_look(h->watch);	/* what is wrong was said */
	return h;
}

void
herald_free(struct herald *h)
{
	if (h == NULL)
		return;
	trailwatch_free(h->watch);
	free(h);
}

void
herald_open(struct herald *h, uint32_t id)
{
	struct buf	 b = { 0 };
	int		 fd = -1;

	errno = ENOENT;
	if (id < h->ntold)
		fd = trailwatch_open(h->watch, id);
	buf_u32(&b, fd == -1 ? (uint32_t)errno : 0);
	hand_send(h->worker, ROLES_OPENED, &b, fd);
	buf_fini(&b);
}

void
herald_look(struct herald *h, uint32_t id)
{
	const char	*path = id < h->ntold ?
	    trailwatch_path(h->watch, id) : NULL;
	struct stat	 st = { 0 };
	struct buf	 b = { 0 };

	buf_u8(&b, path != NULL && stat(path, &st) == 0);
	buf_u64(&b, (uint64_t)st.st_mtime);
	buf_u64(&b, (uint64_t)st.st_size);
	hand_send(h->worker, ROLES_LOOK_SAYS, &b, -1);
	buf_fini(&b);
}
