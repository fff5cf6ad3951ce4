/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_memory.c - what rules remember beyond their sequences, as rows: alerts
 * for `cooldown`, and values for `new`.
 *
 * Both are lists in which something moves to the end whenever it is met; each
 * item tells what stands before it. Of `new` there are two more kinds of pages:
 * the places in the rules that ask, with the number of their beginning, and
 * for each beginning when the first record of each source was made. Beginnings
 * are numbered as they are met, so that none of them can be missing. A place
 * that is told of no longer, or not yet, begins now.
 */
#include <stdlib.h>

#include "engine/chain.h"
#include "engine/news.h"
#include "engine/section.h"
#include "engine/seen.h"

#define SITES	(UINT32_C(1) << 31)	/* pages from here are of places, */
#define FIRSTS	(UINT32_C(3) << 30)	/* and from here of sources: */
#define SOURCES	4096u			/* so many on each */

/* Cooldowns. */

static void
save_cooldowns(const struct engine *e, struct rows *rows)
{
	const uint32_t	 n = cooldowns_count(e->cooldowns);
	struct cooled	 one;

	for (uint32_t i = 1; i <= n && !rows->stopped; i++) {
		struct buf	*to = rows_item(rows, i);

		cooldowns_at(e->cooldowns, i, &one);
		buf_u64(to, one.key);
		buf_u64(to, (uint64_t)one.raised);
		buf_u64(to, one.held);
		buf_u32(to, one.older);
	}
}

static bool
cooldowns_row(struct resuming *r, const struct row *row)
{
	struct chain	*chain = resume_scratch(r, SECTION_COOLDOWNS,
	    sizeof(*chain));
	struct cursor	 c = { .in = row->bytes };

	while (cursor_left(&c) > 0) {
		struct cooled	 one;

		if (!chain_next(chain, row, &c, 1))
			return resume_refuse(r, "an alert is missing");
		one.key = cursor_uint(&c, 8);
		one.raised = (int64_t)cursor_uint(&c, 8);
		one.held = cursor_uint(&c, 8);
		one.older = (uint32_t)cursor_uint(&c, 4);
		if (c.err != 0)
			return resume_refuse(r, "an alert is cut off");
		if (!cooldowns_restore(r->e->cooldowns, &one))
			return resume_refuse(r, "a key is there twice");
		chain_add(chain, one.older - 1);
	}
	return true;
}

/* All in their order; NULL: it is none. */
static uint32_t *
one_list(const struct chain *chain)
{
	size_t	 lists = 0;

	for (size_t i = 0; i < chain->n; i++)
		lists += chain->before[i] == CHAIN_FIRST;
	return lists > 1 ? NULL : chain_order(chain);
}

static bool
cooldowns_end(struct resuming *r)
{
	const struct chain	*chain = r->scratch[SECTION_COOLDOWNS];
	uint32_t		*order;

	if (chain == NULL)
		return true;
	order = one_list(chain);
	if (order == NULL)
		return resume_refuse(r, "alerts have no order");
	for (size_t i = 0; i < chain->n; i++)
		cooldowns_restore_newest(r->e->cooldowns, order[i] + 1);
	free(order);
	return true;
}

static void
cooldowns_drop(void *scratch)
{
	chain_fini(scratch);
}

const struct section	section_cooldowns = {
	SECTION_COOLDOWNS, "alerts held back", save_cooldowns, cooldowns_row,
	cooldowns_end, cooldowns_drop
};

/* What `new` remembers, told. */

static void
save_seen(const struct seen *s, struct rows *rows)
{
	const uint32_t		 n = seen_count(s);
	struct seen_value	 one;

	for (uint32_t i = 1; i <= n && !rows->stopped; i++) {
		struct buf	*to = rows_item(rows, i);

		seen_at(s, i, &one);
		buf_u64(to, one.value);
		buf_u64(to, (uint64_t)one.at);
		buf_u32(to, one.before);
	}
}

/*
 * The places; NUMBERS are those of beginnings in these rows, and all bits set
 * where there is none yet. Returns how many there are.
 */
static uint32_t
save_sites(const struct news *n, uint32_t *numbers, struct rows *rows)
{
	uint32_t	 beginning, next = 0;

	for (size_t i = 0; i < news_sites(n); i++) {
		struct buf	*to = rows_page(rows,
		    SITES + (uint32_t)(i / ROWS_ITEMS));

		buf_u64(to, news_site(n, i, &beginning));
		if (numbers[beginning] == UINT32_MAX)
			numbers[beginning] = next++;
		buf_u32(to, numbers[beginning]);
	}
	return next;
}

static void
save_firsts(const struct news *n, uint32_t beginning, uint32_t number,
    uint32_t nsources, struct rows *rows)
{
	const uint32_t	 pages = nsources / SOURCES + 1;
	int64_t		 millis;

	for (uint32_t i = 0; i < nsources; i++) {
		struct buf	*to;

		if (!news_first(n, beginning, i, &millis))
			continue;
		to = rows_page(rows, FIRSTS + number * pages + i / SOURCES);
		if (to->n == 0)
			buf_u32(to, number);
		buf_u32(to, i);
		buf_u64(to, (uint64_t)millis);
	}
}

static void
save_news(const struct engine *e, struct rows *rows)
{
	const struct news	*n = ask_news(e->ask);
	uint32_t		*numbers, *used, count;
	size_t			 all;

	if (n == NULL)
		return;
	save_seen(news_seen(n), rows);
	all = news_beginnings(n);
	numbers = xreallocarray(NULL, all, sizeof(*numbers));
	used = xreallocarray(NULL, all, sizeof(*used));
	memset(numbers, 0xff, all * sizeof(*numbers));
	count = save_sites(n, numbers, rows);
	for (uint32_t i = 0; i < all; i++)
		if (numbers[i] != UINT32_MAX)
			used[numbers[i]] = i;
	for (uint32_t i = 0; i < count && !rows->stopped; i++)
		save_firsts(n, used[i], i, (uint32_t)e->nsources, rows);
	free(numbers);
	free(used);
}

/* And made again. */

struct site_id {
	uint64_t	 id;
	size_t		 site;
};

struct remembering {
	struct chain	 values;
	struct site_id	*sites;		/* of the program, by id */
	uint32_t	*beginnings;	/* by their numbers in the rows; 0: of
					 * no place in the program */
	size_t		 n, cap;
};

static int
by_id(const void *va, const void *vb)
{
	const struct site_id	*a = va, *b = vb;

	return a->id < b->id ? -1 : a->id > b->id;
}

static struct remembering *
remembering(struct resuming *r)
{
	const struct news	*n = ask_news(r->e->ask);
	struct remembering	*m = resume_scratch(r, SECTION_NEWS,
	    sizeof(*m));
	uint32_t		 beginning;

	if (m->sites != NULL)
		return m;
	m->sites = xreallocarray(NULL, news_sites(n) + 1, sizeof(*m->sites));
	for (size_t i = 0; i < news_sites(n); i++)
		m->sites[i] = (struct site_id){
		    news_site(n, i, &beginning), i };
	qsort(m->sites, news_sites(n), sizeof(*m->sites), by_id);
	return m;
}

static bool
seen_row(struct resuming *r, struct remembering *m, const struct row *row)
{
	struct seen	*s = news_seen(ask_news(r->e->ask));
	struct cursor	 c = { .in = row->bytes };

	while (cursor_left(&c) > 0) {
		struct seen_value	 one;

		if (!chain_next(&m->values, row, &c, 1))
			return resume_refuse(r, "a value is missing");
		one.value = cursor_uint(&c, 8);
		one.at = (int64_t)cursor_uint(&c, 8);
		one.before = (uint32_t)cursor_uint(&c, 4);
		if (c.err != 0)
			return resume_refuse(r, "a value is cut off");
		if (!seen_restore(s, &one))
			return resume_refuse(r, "a value is there twice");
		chain_add(&m->values, one.before - 1);
	}
	return true;
}

static bool
sites_row(struct resuming *r, struct remembering *m, const struct row *row)
{
	struct news	*n = ask_news(r->e->ask);
	struct cursor	 c = { .in = row->bytes };

	while (cursor_left(&c) > 0) {
		const struct site_id	 key = { .id = cursor_uint(&c, 8) };
		const uint64_t		 number = cursor_uint(&c, 4);
		const struct site_id	*site;

		if (c.err != 0 || number > m->n)
			return resume_refuse(r, "a place is damaged");
		if (number == m->n) {
			m->beginnings = mem_grow(m->beginnings, &m->cap,
			    m->n + 1, sizeof(*m->beginnings));
			m->beginnings[m->n++] = 0;
		}
		site = bsearch(&key, m->sites, news_sites(n),
		    sizeof(*m->sites), by_id);
		r->told.dropped += site == NULL;
		if (site == NULL)
			continue;
		if (m->beginnings[number] == 0)
			m->beginnings[number] = news_begin(n);
		news_restore_site(n, site->site, m->beginnings[number]);
	}
	return true;
}

static bool
firsts_row(struct resuming *r, const struct remembering *m,
    const struct row *row)
{
	struct news	*n = ask_news(r->e->ask);
	struct cursor	 c = { .in = row->bytes };
	const uint64_t	 number = cursor_uint(&c, 4);

	if (c.err != 0 || number >= m->n)
		return resume_refuse(r, "times of no place");
	while (cursor_left(&c) > 0) {
		const uint64_t	 source = cursor_uint(&c, 4);
		const int64_t	 millis = (int64_t)cursor_uint(&c, 8);

		if (c.err != 0 || source >= r->e->nsources)
			return resume_refuse(r, "a time of no source");
		if (m->beginnings[number] != 0)
			news_restore_first(n, m->beginnings[number],
			    (uint32_t)source, millis);
	}
	return true;
}

static bool
news_row(struct resuming *r, const struct row *row)
{
	struct remembering	*m;

	if (ask_news(r->e->ask) == NULL)
		return true;		/* nobody asks any more */
	m = remembering(r);
	if (row->page < SITES)
		return seen_row(r, m, row);
	return row->page < FIRSTS ? sites_row(r, m, row) :
	    firsts_row(r, m, row);
}

static bool
news_end(struct resuming *r)
{
	const struct remembering	*m = r->scratch[SECTION_NEWS];
	uint32_t			*order;

	if (m == NULL)
		return true;
	order = one_list(&m->values);
	if (order == NULL)
		return resume_refuse(r, "values have no order");
	for (size_t i = 0; i < m->values.n; i++)
		seen_restore_latest(news_seen(ask_news(r->e->ask)),
		    order[i] + 1);
	free(order);
	return true;
}

static void
news_drop(void *scratch)
{
	struct remembering	*m = scratch;

	chain_fini(&m->values);
	free(m->sites);
	free(m->beginnings);
}

const struct section	section_news = {
	SECTION_NEWS, "values seen", save_news, news_row, news_end, news_drop
};
