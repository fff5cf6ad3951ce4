/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cooldown.c - alerts that are held back for a while.
 *
 * A pool of keys, an index of hashes over it, and a list from the oldest alert
 * to the newest, which makes the one to forget the first of it.
 */
#include "engine/cooldown.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/shards.h"
#include "engine/timer.h"

struct cooldown {
	uint64_t	 key;
	int64_t		 raised;	/* milliseconds */
	uint64_t	 held;
	uint32_t	 older, newer;
};

struct cooldowns {
	struct pool	 pool;
	struct shards	*index;
	struct hash_key	 seed;		/* of the index alone: keys may have
					 * been written down, and changed */
	uint32_t	 oldest, newest;
	uint64_t	 evicted;
};

struct cooldowns *
cooldowns_new(void)
{
	struct cooldowns	*c = xcalloc(1, sizeof(*c));

	pool_init(&c->pool, sizeof(struct cooldown));
	c->index = shards_new();
	c->seed = hash_key_random();
	return c;
}

void
cooldowns_free(struct cooldowns *c)
{
	if (c == NULL)
		return;
	pool_fini(&c->pool);
	shards_free(c->index);
	free(c);
}

uint64_t
cooldowns_evicted(const struct cooldowns *c)
{
	return c->evicted;
}

static struct cooldown *
at(const struct cooldowns *c, uint32_t number)
{
	return pool_at(&c->pool, number);
}

static uint64_t
hash(const struct cooldowns *c, uint64_t key)
{
	return hash_word(&c->seed, key);
}

static uint32_t
find(const struct cooldowns *c, uint64_t key)
{
	const uint64_t	 h = hash(c, key);
	uint32_t	 from = 0, number;

	while ((number = shards_find(c->index, h, &from)) != SHARDS_NONE)
		if (at(c, number)->key == key)
			return number;
	return 0;
}

static void
unlink_from(struct cooldowns *c, uint32_t number)
{
	const struct cooldown	*one = at(c, number);

	if (one->older == 0)
		c->oldest = one->newer;
	else
		at(c, one->older)->newer = one->newer;
	if (one->newer == 0)
		c->newest = one->older;
	else
		at(c, one->newer)->older = one->older;
}

static void
link_newest(struct cooldowns *c, uint32_t number)
{
	at(c, number)->older = c->newest;
	at(c, number)->newer = 0;
	if (c->newest == 0)
		c->oldest = number;
	else
		at(c, c->newest)->newer = number;
	c->newest = number;
}

static uint32_t
add(struct cooldowns *c, uint64_t key)
{
	uint32_t	 number = c->oldest;

	if (c->pool.used >= COOLDOWNS_MAX) {
		shards_remove(c->index, hash(c, at(c, number)->key), number);
		unlink_from(c, number);
		pool_give(&c->pool, number);
		c->evicted++;
	}
	number = pool_take(&c->pool);
	*at(c, number) = (struct cooldown){ .key = key };
	shards_add(c->index, hash(c, key), number);
	return number;
}

bool
cooldowns_hold(struct cooldowns *c, uint64_t key, int64_t now, int64_t for_ms,
    uint64_t *held)
{
	uint32_t		 number = find(c, key);
	struct cooldown		*one;

	*held = 0;
	if (number == 0) {
		number = add(c, key);
	} else {
		one = at(c, number);
		if (time_between(one->raised, now) <= for_ms) {
			one->held++;
			return true;
		}
		*held = one->held;
		unlink_from(c, number);
	}
	one = at(c, number);
	one->raised = now;
	one->held = 0;
	link_newest(c, number);
	return false;
}

/* What is told and put back. */

uint32_t
cooldowns_count(const struct cooldowns *c)
{
	return c->pool.used;
}

void
cooldowns_at(const struct cooldowns *c, uint32_t number, struct cooled *to)
{
	const struct cooldown	*one = at(c, number);

	*to = (struct cooled){ one->key, one->raised, one->held,
	    one->older };
}

bool
cooldowns_restore(struct cooldowns *c, const struct cooled *from)
{
	uint32_t	 number;

	if (c->pool.used >= COOLDOWNS_MAX || find(c, from->key) != 0)
		return false;
	number = add(c, from->key);
	at(c, number)->raised = from->raised;
	at(c, number)->held = from->held;
	return true;
}

void
cooldowns_restore_newest(struct cooldowns *c, uint32_t number)
{
	link_newest(c, number);
}
