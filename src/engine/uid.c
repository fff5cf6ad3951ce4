/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uid.c - the number by which an alert is known again.
 *
 * Two SipHashes under fixed keys over rule, key, first and last record. What is
 * remembered of former alerts is one number each, in a ring.
 */
#include "engine/uid.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

static const struct hash_key	keys[2] = {
	{ 0x62736d7472616365u, 0x616c657274756964u },	/* "bsmtrace..." */
	{ 0x7265636f72642031u, 0x7265636f72642032u },
};

struct uids {
	uint64_t	 seen[UIDS_MAX];
	uint64_t	 before[UIDS_MAX];	/* how often until then */
	uint32_t	 source[UIDS_MAX];
	size_t		 n, at;
};

struct uids *
uids_new(void)
{
	return xcalloc(1, sizeof(struct uids));
}

void
uids_free(struct uids *u)
{
	free(u);
}

uint64_t
uids_hash(struct slice bytes)
{
	return hash_bytes(&keys[0], bytes);
}

static void
remember(struct uids *u, const struct uid_seen *one)
{
	u->seen[u->at] = one->id;
	u->before[u->at] = one->before;
	u->source[u->at] = one->source;
	u->at = (u->at + 1) % UIDS_MAX;
	if (u->n < UIDS_MAX)
		u->n++;
}

/* How many alerts with this number the source has raised; remembers it. */
static uint64_t
count(struct uids *u, uint64_t id, uint32_t source)
{
	uint64_t	 n = 0;

	for (size_t i = 0; i < u->n; i++)
		if (u->seen[i] == id && u->source[i] == source &&
		    u->before[i] >= n)
			n = u->before[i] + 1;
	remember(u, &(struct uid_seen){ id, n, source });
	return n;
}

/* Big-endian, so that every machine comes to the same. */
static uint64_t
hash_words(const struct hash_key *key, const uint64_t *words, size_t n)
{
	uint8_t	 bytes[8 * 8];

	for (size_t i = 0; i < 8 * n; i++)
		bytes[i] = (uint8_t)(words[i / 8] >> (56 - 8 * (i % 8)));
	return hash_bytes(key, (struct slice){ bytes, 8 * n });
}

/* What the second edition adds; FIRST as it is when there is nothing. */
static uint64_t
with_values(uint64_t first, const struct alert_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint64_t		 words[3] = { first, v[i].number,
		    v[i].bytes.n };
		const struct slice	 none = { NULL, 0 };

		first = hash_more(&keys[1], hash_words(&keys[1], words, 3),
		    v[i].cut ? none : v[i].bytes);
	}
	return first;
}

void
uids_make(struct uids *u, uint64_t rule, struct alert *a, uint64_t first)
{
	uint64_t	 words[8] = { rule, a->subject, a->has_subject,
	    a->has_scope ? a->scope : UINT64_MAX, a->has_zone, first,
	    uids_hash(a->last->bytes), 0 };
	const size_t	 scope = a->has_scope;	/* comes first in the key */

	if (a->nkey > scope)
		words[5] = with_values(words[5], a->key + scope,
		    a->nkey - scope);
	words[5] = with_values(words[5], a->bound, a->nbound);
	if (a->has_zone)
		words[4] = hash_bytes(&keys[1], a->zone);
	words[7] = count(u, hash_words(&keys[0], words, 8), a->source);
	for (unsigned i = 0; i < 2; i++)
		a->uid[i] = hash_words(&keys[i], words, 8);
}

/* What is told and put back. */

size_t
uids_count(const struct uids *u)
{
	return u->n;
}

size_t
uids_next(const struct uids *u)
{
	return u->at;
}

void
uids_at(const struct uids *u, size_t i, struct uid_seen *to)
{
	*to = (struct uid_seen){ u->seen[i], u->before[i], u->source[i] };
}

bool
uids_restore(struct uids *u, const struct uid_seen *from)
{
	if (u->n == UIDS_MAX)
		return false;
	remember(u, from);
	return true;
}

bool
uids_restore_next(struct uids *u, size_t next)
{
	if (next >= UIDS_MAX || (u->n < UIDS_MAX && next != u->n))
		return false;
	u->at = next;
	return true;
}
