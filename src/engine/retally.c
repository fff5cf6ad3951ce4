/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * retally.c - tallies told, and made again.
 *
 * A record tells its tally and the next newer one there, so that one more
 * changes itself and its neighbour. The rest follows: which is the oldest, how
 * many there are, and the index of values, which all that are made again have.
 */
#include "engine/retally.h"

#include "engine/tallies.h"

/* Telling. */

const struct pool *
retally_pool(const struct tallies *t)
{
	return &t->tallies;
}

const struct pool *
retally_records(const struct tallies *t)
{
	return &t->entries;
}

bool
retally_tell(const struct tallies *t, uint32_t number, struct tally_told *told)
{
	const struct tally	*y = tallies_at(t, number);

	if (y->use == USE_NONE)
		return false;
	*told = (struct tally_told){ y->unordered, y->first_past,
	    y->first_value };
	return true;
}

bool
retally_tell_record(const struct tallies *t, uint32_t number,
    struct tally_record *r)
{
	const struct tally_entry	*e = tallies_entry(t, number);
	struct counted			 start;

	if (e->tally == 0)
		return false;
	*r = (struct tally_record){ .ms = e->ms, .value = e->value,
	    .past = e->past, .origin = e->origin, .tally = e->tally,
	    .newer = e->newer };
	if (e->origin == 0)
		return true;
	start = tallies_start(t, e);
	r->start_ms = start.ms;
	r->start_value = start.value;
	r->start_past = start.past;
	return true;
}

/* Making. */

void
retally_restore(struct tallies *t, uint32_t number,
    const struct tally_told *told)
{
	pool_restore(&t->tallies, number);
	*tallies_at(t, number) = (struct tally){ .use = USE_TOLD,
	    .unordered = told->unordered, .first_value = told->first_value,
	    .first_past = past_hold(t->pasts, told->first_past) };
}

void
retally_restore_record(struct tallies *t, uint32_t number,
    const struct tally_record *r)
{
	struct tally_entry	*e;

	pool_restore(&t->entries, number);
	e = tallies_entry(t, number);
	*e = (struct tally_entry){ .ms = r->ms, .value = r->value,
	    .past = past_hold(t->pasts, r->past), .tally = r->tally,
	    .newer = r->newer };
	if (r->origin == 0)
		return;
	(void)origin_hold(t->pasts, r->origin);
	if (r->start_ms == r->ms && r->start_value == r->value &&
	    r->start_past == r->past)
		e->origin = r->origin;
	else
		tallies_set_start(t, e, &(struct counted){ r->start_ms,
		    r->start_value, past_hold(t->pasts, r->start_past),
		    r->origin });
}

bool
retally_records_end(struct tallies *t, const uint32_t *unused, size_t n)
{
	if (!pool_restore_unused(&t->entries, unused, n))
		return false;
	for (size_t i = 0; i < n; i++)
		tallies_entry(t, unused[i])->tally = 0;
	return true;
}

static bool
is_told(const struct tallies *t, uint32_t number)
{
	return number != 0 && number < t->tallies.n &&
	    tallies_at(t, number)->use != USE_NONE;
}

/* Its tally and the next one there must be, and be no other's next. */
static const char *
link_again(struct tallies *t, uint32_t number)
{
	struct tally_entry	*e = tallies_entry(t, number), *next;

	if (!is_told(t, e->tally))
		return "a record of a tally that is not there";
	tallies_at(t, e->tally)->n++;
	tallies_at(t, e->tally)->gaps |= e->origin == 0;
	if (e->newer == 0)
		return NULL;
	if (e->newer >= t->entries.n)
		return "a next record that is not there";
	next = tallies_entry(t, e->newer);
	if (next->tally != e->tally || next->older != 0)
		return "a next record that is another's";
	next->older = number;
	return NULL;
}

/* All records of a tally follow the one that nobody is before. */
static const char *
order_again(struct tallies *t, uint32_t number)
{
	struct tally	*y = tallies_at(t, number);
	uint32_t	 n = 0;

	for (uint32_t i = y->oldest; i != 0; n++) {
		y->newest = i;
		i = tallies_entry(t, i)->newer;
	}
	if (n != y->n)
		return "records that are not in a row";
	return tallies_index(t, number) ? NULL : "a value twice in a tally";
}

/* One that nobody is before is the oldest of its tally. */
static void
begin_again(struct tallies *t, uint32_t number)
{
	const struct tally_entry	*e = tallies_entry(t, number);

	if (e->tally != 0 && e->older == 0)
		tallies_at(t, e->tally)->oldest = number;
}

const char *
retally_end(struct tallies *t, const uint32_t *unused, size_t n)
{
	const char	*why = NULL;

	if (!pool_restore_unused(&t->tallies, unused, n))
		return "a number that cannot be";
	for (size_t i = 0; i < n; i++)
		tallies_at(t, unused[i])->use = USE_NONE;
	for (uint32_t i = 1; why == NULL && i < t->entries.n; i++)
		if (tallies_entry(t, i)->tally != 0)
			why = link_again(t, i);
	for (uint32_t i = 1; why == NULL && i < t->entries.n; i++)
		begin_again(t, i);
	for (uint32_t i = 1; why == NULL && i < t->tallies.n; i++)
		if (tallies_at(t, i)->use != USE_NONE)
			why = order_again(t, i);
	return why;
}

bool
retally_own(struct tallies *t, uint32_t number)
{
	if (!is_told(t, number) || tallies_at(t, number)->use == USE_OWNED)
		return false;
	tallies_at(t, number)->use = USE_OWNED;
	return true;
}

void
retally_let_go(struct tallies *t)
{
	for (uint32_t i = 1; i < t->tallies.n; i++)
		if (tallies_at(t, i)->use == USE_TOLD)
			tally_drop(t, i);
}
