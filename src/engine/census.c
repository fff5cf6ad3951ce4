/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * census.c - how many records of each event were read.
 *
 * A counter for each number of each dialect: what is never read of it takes no
 * memory. A row is told for each number that has a name, and behind those of a
 * dialect one for all others.
 */
#include "engine/census.h"

#include <stdlib.h>

#include "base/mem.h"
#include "bsm/cursor.h"

#define EVENTS	65536u		/* numbers of a dialect */
#define ROWS	(EVENTS + 1)	/* and one for those without a name */

struct census {
	const struct names	*names;
	uint64_t		*of_version[256];	/* into counts */
	uint64_t		 counts[DIALECTS][EVENTS];
};

struct census *
census_new(const struct names *names)
{
	struct census	*c = xcalloc(1, sizeof(*c));

	c->names = names;
	for (unsigned v = 0; v < 256; v++)
		c->of_version[v] = c->counts[names_dialect(names,
		    (uint8_t)v)];
	return c;
}

void
census_free(struct census *c)
{
	free(c);
}

void
census_records(struct census *c, const struct record *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		c->of_version[r[i].version][r[i].event]++;
}

void
census_bytes(struct census *c, struct slice s)
{
	for (size_t at = 0; at < s.n; at += be32(s.p + at + 1))
		c->of_version[s.p[at + 5]][be16(s.p + at + 6)]++;
}

static const struct event_name *
name_of(const struct census *c, unsigned dialect, uint32_t event)
{
	return names_event(c->names, (enum dialect)dialect, (uint16_t)event);
}

static uint64_t
nameless(const struct census *c, unsigned dialect)
{
	uint64_t	 n = 0;

	for (uint32_t i = 0; i < EVENTS; i++)
		if (c->counts[dialect][i] > 0 &&
		    name_of(c, dialect, i) == NULL)
			n += c->counts[dialect][i];
	return n;
}

bool
census_next(const struct census *c, uint32_t *at, struct census_row *row)
{
	for (; *at < DIALECTS * ROWS; ++*at) {
		const unsigned			 dialect = *at / ROWS;
		const uint32_t			 event = *at % ROWS;
		const struct event_name		*name = NULL;

		row->records = event < EVENTS ? c->counts[dialect][event] :
		    nameless(c, dialect);
		if (row->records == 0)
			continue;
		if (event < EVENTS &&
		    (name = name_of(c, dialect, event)) == NULL)
			continue;
		row->dialect = (enum dialect)dialect;
		row->event = name == NULL ? NULL : name->name;
		++*at;
		return true;
	}
	return false;
}
