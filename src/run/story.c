/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * story.c - what happened to each key of a rule, kept within bounds.
 */
#include "run/story.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

struct story {
	uint32_t	  nstates;
	bool		  all;
	struct map	 *by_key;
	struct chapter	**chapters;
	size_t		  n, cap;
	uint64_t	  begun;
};

static struct slice
key_bytes(const uint64_t *key)
{
	return (struct slice){ (const uint8_t *)key, sizeof(*key) };
}

struct story *
story_new(uint32_t nstates, bool all)
{
	struct story	*s = xcalloc(1, sizeof(*s));

	s->nstates = nstates;
	s->all = all;
	s->by_key = map_new();
	return s;
}

static void
chapter_free(const struct story *s, struct chapter *c)
{
	for (size_t i = 0; i < c->n; i++)
		buf_fini(&c->moments[i].text);
	for (uint32_t i = 0; i < s->nstates; i++)
		buf_fini(&c->near[i].text);
	buf_fini(&c->title);
	buf_fini(&c->waits);
	free(c->moments);
	free(c->near);
	free(c->waits_for);
	free(c);
}

void
story_free(struct story *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		chapter_free(s, s->chapters[i]);
	free(s->chapters);
	map_free(s->by_key);
	free(s);
}

struct chapter *
story_find(const struct story *s, uint64_t key)
{
	return map_find(s->by_key, key_bytes(&key));
}

/* Alerts first, then those that came farthest, then the earliest. */
static int
by_worth(const void *va, const void *vb)
{
	const struct chapter	*a = *(struct chapter *const *)va;
	const struct chapter	*b = *(struct chapter *const *)vb;

	if (a->far != b->far)
		return a->far > b->far ? -1 : 1;
	if (a->alerts != b->alerts)
		return a->alerts > b->alerts ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

struct chapter *const *
story_order(struct story *s, size_t *n)
{
	if (s->n > 1)
		qsort(s->chapters, s->n, sizeof(*s->chapters), by_worth);
	*n = s->n;
	return s->chapters;
}

/* Half of them: so that a new one costs little, however many come. */
static void
give_up(struct story *s)
{
	size_t	 n;

	(void)story_order(s, &n);
	while (s->n > n / 2)
		chapter_free(s, s->chapters[--s->n]);
	map_free(s->by_key);
	s->by_key = map_new();
	for (size_t i = 0; i < s->n; i++)
		(void)map_put(s->by_key, key_bytes(&s->chapters[i]->key),
		    s->chapters[i]);
}

struct chapter *
story_add(struct story *s, uint64_t key)
{
	struct chapter	*c;

	if (s->n >= STORY_CHAPTERS && !s->all)
		give_up(s);
	c = xcalloc(1, sizeof(*c));
	c->key = key;
	c->number = s->begun++;
	c->near = xcalloc(s->nstates, sizeof(*c->near));
	c->waits_for = xcalloc(s->nstates, sizeof(*c->waits_for));
	s->chapters = mem_grow(s->chapters, &s->cap, s->n + 1,
	    sizeof(*s->chapters));
	s->chapters[s->n++] = c;
	(void)map_put(s->by_key, key_bytes(&key), c);
	return c;
}

static struct moment *
add_moment(struct story *s, struct chapter *c, uint64_t id)
{
	const size_t	 half = STORY_MOMENTS / 2;

	if (!s->all && c->n == STORY_MOMENTS) {
		buf_fini(&c->moments[half].text);
		memmove(&c->moments[half], &c->moments[half + 1],
		    (c->n - half - 1) * sizeof(*c->moments));
		c->n--;
		c->left_out++;
	}
	c->moments = mem_grow(c->moments, &c->cap, c->n + 1,
	    sizeof(*c->moments));
	c->moments[c->n] = (struct moment){ .id = id };
	return &c->moments[c->n++];
}

struct buf *
story_line(struct story *s, struct chapter *c, uint64_t id)
{
	struct moment	*m = c->n == 0 ? NULL : &c->moments[c->n - 1];

	if (m == NULL || m->id != id)
		m = add_moment(s, c, id);
	return m->lines++ < STORY_LINES || s->all ? &m->text : NULL;
}

uint64_t
story_count(const struct story *s)
{
	return s->begun;
}

uint64_t
story_given_up(const struct story *s)
{
	return s->begun - s->n;
}
