/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipedevice.h - an audit pipe of the tests, as the kernel's behaves.
 *
 * Records are inserted with an event, an outcome and an owner. Those that the
 * masks or the trail select go into a queue with a limit; when it is full the
 * newest is dropped. Reading gives bytes: records are cut where the buffer of
 * the reader ends. Any request can be made to fail.
 */
#ifndef TESTS_PIPEDEVICE_H
#define TESTS_PIPEDEVICE_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bsm/names.h"
#include "run/auditdev.h"

#define PIPEDEVICE_LIMIT_LEAST	1
#define PIPEDEVICE_LIMIT_USUAL	128
#define PIPEDEVICE_LIMIT_MOST	1024

struct pipedevice {
	struct auditdev	 dev;
	struct {
		uint8_t		 bytes[64];
		size_t		 n;
	}		 queue[PIPEDEVICE_LIMIT_MOST];
	size_t		 first, n;	/* records that wait */
	size_t		 taken;		/* bytes of the first */
	uint64_t	 limit, drops, truncates;
	uint64_t	 mode;
	uint32_t	 trail;		/* classes that the trail selects */
	struct {
		uint32_t	 success, failure;
	}		 flags, naflags;
	int		 refuses[AUDITDEV_REQUESTS];	/* with this errno */
	unsigned	 asked[AUDITDEV_REQUESTS];
};

static inline int
pipedevice_set_limit(struct pipedevice *d, uint64_t limit)
{
	if (limit < PIPEDEVICE_LIMIT_LEAST || limit > PIPEDEVICE_LIMIT_MOST) {
		errno = EINVAL;
		return -1;
	}
	d->limit = limit;
	return 0;
}

static inline int
pipedevice_set_mode(struct pipedevice *d, uint64_t mode)
{
	if (mode != AUDITDEV_MODE_TRAIL && mode != AUDITDEV_MODE_LOCAL) {
		errno = EINVAL;
		return -1;
	}
	d->mode = mode;
	return 0;
}

static inline int
pipedevice_ask(const struct auditdev *dev, enum auditdev_request r,
    struct auditdev_value *v)
{
	struct pipedevice	*d = dev->arg;

	d->asked[r]++;
	if (d->refuses[r] != 0) {
		errno = d->refuses[r];
		return -1;
	}
	switch (r) {
	case AUDITDEV_LIMIT:
		v->number = d->limit;
		return 0;
	case AUDITDEV_LIMIT_LEAST:
		v->number = PIPEDEVICE_LIMIT_LEAST;
		return 0;
	case AUDITDEV_LIMIT_MOST:
		v->number = PIPEDEVICE_LIMIT_MOST;
		return 0;
	case AUDITDEV_DROPS:
		v->number = d->drops;
		return 0;
	case AUDITDEV_TRUNCATES:
		v->number = d->truncates;
		return 0;
	case AUDITDEV_SET_LIMIT:
		return pipedevice_set_limit(d, v->number);
	case AUDITDEV_SET_FLAGS:
		d->flags.success = v->success;
		d->flags.failure = v->failure;
		return 0;
	case AUDITDEV_SET_NAFLAGS:
		d->naflags.success = v->success;
		d->naflags.failure = v->failure;
		return 0;
	case AUDITDEV_SET_MODE:
		return pipedevice_set_mode(d, v->number);
	case AUDITDEV_REQUESTS:
		break;
	}
	errno = ENOTTY;
	return -1;
}

static inline void
pipedevice_init(struct pipedevice *d)
{
	memset(d, 0, sizeof(*d));
	d->dev = (struct auditdev){ .ask = pipedevice_ask, .arg = d };
	d->limit = PIPEDEVICE_LIMIT_USUAL;
	d->mode = AUDITDEV_MODE_TRAIL;
}

/* All requests: no audit pipe, or one that we may not change. */
static inline void
pipedevice_refuse(struct pipedevice *d, enum auditdev_request from, int error)
{
	for (unsigned i = from; i < AUDITDEV_REQUESTS; i++)
		d->refuses[i] = error;
}

/* Would the kernel put it into the queue? As audit_pipe_preselect() does. */
static inline bool
pipedevice_selects(const struct pipedevice *d, uint64_t classes, bool success,
    bool attributable)
{
	const uint32_t	 mask = d->mode == AUDITDEV_MODE_TRAIL ? d->trail :
	    attributable ? success ? d->flags.success : d->flags.failure :
	    success ? d->naflags.success : d->naflags.failure;

	return (classes & mask) != 0;
}

/* A record that is wanted comes. */
static inline void
pipedevice_put(struct pipedevice *d, const void *bytes, size_t n)
{
	const size_t	 at = (d->first + d->n) % PIPEDEVICE_LIMIT_MOST;

	assert(n <= sizeof(d->queue[0].bytes));
	if (d->n >= d->limit) {
		d->drops++;
		return;
	}
	memcpy(d->queue[at].bytes, bytes, n);
	d->queue[at].n = n;
	d->n++;
}

/* read(2): as many bytes as there are, up to N. */
static inline size_t
pipedevice_read(struct pipedevice *d, uint8_t *to, size_t n)
{
	size_t	 got = 0;

	while (d->n > 0 && got < n) {
		const size_t	 left = d->queue[d->first].n - d->taken;
		const size_t	 some = left < n - got ? left : n - got;

		memcpy(to + got, d->queue[d->first].bytes + d->taken, some);
		got += some;
		d->taken += some;
		if (d->taken < d->queue[d->first].n)
			break;
		d->taken = 0;
		d->first = (d->first + 1) % PIPEDEVICE_LIMIT_MOST;
		d->n--;
	}
	return got;
}

#endif
