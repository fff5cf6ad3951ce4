/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entries.c - what the entries of a set stand for.
 *
 * Names are looked up once, while the rules are read. Work is in proportion to
 * the text: lists grow by doubling, and are sorted when a set is complete.
 */
#include "rule/entries.h"

#include <stdlib.h>

#include "base/glob.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/patterns.h"
#include "bsm/errors.h"
#include "rule/literal.h"
#include "rule/program.h"
#include "rule/slow.h"

#define FEW		16u	/* words that are compared one by one */
#define SOLARIS_LAST	151u	/* the last error number that Solaris has */

struct account {
	bool		 known;
	uint32_t	 id;
};

/* A growing list; what is in it depends on the list. */
struct list {
	void	*items;
	size_t	 n, cap;
};

/* An event by its name, in each dialect. */
struct known_event {
	bool		 has[DIALECTS];
	uint16_t	 number[DIALECTS];
};

struct entries {
	const struct names	*names;
	const struct accounts	*accounts;
	struct arena		*arena;
	struct diags		*diags;
	struct map		*users, *groups; /* name to struct account */
	struct map		*known;		/* to struct known_event */
	struct map		*sound;		/* patterns without a flaw */
	struct patterns		*patterns;	/* to try them */
	/* The set that is being put together. */
	struct set		*set;
	struct arena		*room;		/* for what it stands for */
	struct list		 words, ids, ranges, networks;
	struct list		 events[DIALECTS], errors[DIALECTS];
	uint64_t		 classes[DIALECTS];
};

struct entries *
entries_new(const struct names *names, const struct accounts *accounts,
    struct arena *arena, struct diags *diags)
{
	struct entries	*e = xcalloc(1, sizeof(*e));

	e->names = names;
	e->accounts = accounts;
	e->arena = arena;
	e->diags = diags;
	e->users = map_new();
	e->groups = map_new();
	e->known = map_new();
	e->sound = map_new();
	e->patterns = patterns_new();
	return e;
}

void
entries_free(struct entries *e)
{
	if (e == NULL)
		return;
	map_free(e->users);
	map_free(e->groups);
	map_free(e->known);
	map_free(e->sound);
	patterns_free(e->patterns);
	free(e->words.items);
	free(e->ids.items);
	free(e->ranges.items);
	free(e->networks.items);
	for (enum dialect d = 0; d < DIALECTS; d++) {
		free(e->events[d].items);
		free(e->errors[d].items);
	}
	free(e);
}

void
entries_begin(struct entries *e, struct set *set, struct arena *room)
{
	e->set = set;
	e->room = room;
	set->plain = true;
	e->words.n = e->ids.n = e->ranges.n = e->networks.n = 0;
	for (enum dialect d = 0; d < DIALECTS; d++) {
		e->events[d].n = e->errors[d].n = 0;
		e->classes[d] = 0;
	}
}

/* Append N items of SIZE bytes. */
static inline void
append(struct list *list, const void *items, size_t n, size_t size)
{
	if (n == 0)
		return;
	if (n > list->cap - list->n)
		list->items = mem_grow(list->items, &list->cap, list->n + n,
		    size);
	memcpy((uint8_t *)list->items + list->n * size, items, n * size);
	list->n += n;
}

/*
 * number := { " " | "\t" } [ "+" | "-" ] digit { digit }, of at most 32 bits.
 * A negative one is what its two's complement says: -2 is 4294967294.
 */
static bool
read_number(struct slice s, uint32_t *value, bool *fits)
{
	uint64_t	 v = 0;
	bool		 minus = false;
	size_t		 i = 0;

	*fits = true;
	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		minus = s.p[i++] == '-';
	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (v <= UINT32_MAX)
			v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*fits = v <= UINT32_MAX;
	*value = minus ? (uint32_t)(0 - v) : (uint32_t)v;
	return true;
}

/* An entry that is no name must be a number; UNKNOWN reports one that is not */
static bool
number_entry(struct entries *e, const struct lexeme *word, enum diag unknown,
    uint32_t *value)
{
	bool	fits;

	if (word->text.n == 0) {
		diag_error(e->diags, DIAG_NUMBER_EMPTY, word->at, DIAG_NOTHING,
		    DIAG_NOTHING);
		return false;
	}
	if (!read_number(word->text, value, &fits)) {
		if (unknown != DIAGS)
			diag_error(e->diags, unknown, word->at, word->text,
			    DIAG_NOTHING);
		return false;
	}
	if (!fits)
		diag_error(e->diags, DIAG_NUMBER_LARGE, word->at, word->text,
		    slice_str("4294967295"));
	return fits;
}

/* The user or group of a name, asked for once. */
static const struct account *
account_find(struct entries *e, struct slice name, bool group)
{
	const struct accounts	*from = e->accounts;
	struct map		*known = group ? e->groups : e->users;
	struct account		*a = map_find(known, name);
	char			*text;

	if (a != NULL)
		return a;
	a = arena_alloc(e->arena, sizeof(*a));
	text = xstrndup(name.p, name.n);
	a->known = group ? from->gid_of(from->arg, text, &a->id) :
	    from->uid_of(from->arg, text, &a->id);
	free(text);
	(void)map_put(known, name, a);
	return a;
}

static void
resolve_id(struct entries *e, const struct lexeme *word)
{
	const bool		 group = set_type_is_group(e->set->type);
	const struct account	*a = word->text.n == 0 ? NULL :
	    account_find(e, word->text, group);
	uint32_t		 id;

	if (a != NULL && a->known)
		append(&e->ids, &a->id, 1, sizeof(a->id));
	else if (number_entry(e, word, group ? DIAG_GROUP_UNKNOWN :
	    DIAG_USER_UNKNOWN, &id))
		append(&e->ids, &id, 1, sizeof(id));
}

static void
unknown_event(struct entries *e, const struct lexeme *word)
{
	struct nearest	near;

	nearest_init(&near, word->text);
	for (enum dialect d = 0; d < DIALECTS && diags_wants(e->diags); d++) {
		size_t				 n;
		const struct event_name	*rows = names_events(e->names, d, &n);

		for (size_t i = 0; i < n; i++)
			nearest_try(&near, slice_str(rows[i].name));
	}
	diag_unknown_near(e->diags, DIAG_EVENT_UNKNOWN, word->at, &near);
}

/* The event of a name, looked for once; NULL when no dialect has it. */
static const struct known_event *
event_find(struct entries *e, struct slice name)
{
	struct known_event	*known = map_find(e->known, name);
	struct known_event	 found = { { false }, { 0 } };
	bool			 any = false;

	if (known != NULL)
		return known;
	for (enum dialect d = 0; d < DIALECTS; d++) {
		const struct event_name	*row = names_event_find(e->names, d,
		    name);

		if (row == NULL)
			continue;
		found.has[d] = any = true;
		found.number[d] = row->number;
	}
	if (!any)
		return NULL;
	known = arena_copy(e->arena, &found, sizeof(found));
	(void)map_put(e->known, name, known);
	return known;
}

static void
resolve_event(struct entries *e, const struct lexeme *word)
{
	const struct known_event	*known = event_find(e, word->text);
	const size_t			 errors = diags_errors(e->diags);
	uint32_t			 number;
	uint16_t			 event;

	for (enum dialect d = 0; known != NULL && d < DIALECTS; d++)
		if (known->has[d])
			append(&e->events[d], &known->number[d], 1,
			    sizeof(known->number[d]));
	if (known != NULL || names_event_known(word->text))
		return;			/* if elsewhere only: nothing here */
	if (!number_entry(e, word, DIAGS, &number)) {
		if (diags_errors(e->diags) == errors)
			unknown_event(e, word);
		return;
	}
	if (number > UINT16_MAX) {
		diag_warn(e->diags, DIAG_EVENT_LARGE, word->at, DIAG_NOTHING,
		    DIAG_NOTHING);
		return;
	}
	event = (uint16_t)number;
	for (enum dialect d = 0; d < DIALECTS; d++)
		append(&e->events[d], &event, 1, sizeof(event));
}

static void
unknown_class(struct entries *e, const struct lexeme *word)
{
	struct nearest	near;

	nearest_init(&near, word->text);
	for (enum dialect d = 0; d < DIALECTS && diags_wants(e->diags); d++) {
		size_t				 n;
		const struct class_name	*rows = names_classes(e->names, d, &n);

		for (size_t i = 0; i < n; i++)
			nearest_try(&near, slice_str(rows[i].name));
	}
	diag_unknown_near(e->diags, DIAG_CLASS_UNKNOWN, word->at, &near);
}

static void
resolve_class(struct entries *e, const struct lexeme *word)
{
	const size_t	errors = diags_errors(e->diags);
	uint32_t	mask;
	bool		known = false;

	for (enum dialect d = 0; d < DIALECTS; d++) {
		const struct class_name	*c = names_class_find(e->names, d,
		    word->text);

		if (c == NULL)
			continue;
		e->classes[d] |= c->mask;
		known = true;
	}
	if (known || names_class_known(word->text))
		return;
	if (!number_entry(e, word, DIAGS, &mask)) {
		if (diags_errors(e->diags) == errors)
			unknown_class(e, word);
		return;
	}
	for (enum dialect d = 0; d < DIALECTS; d++)
		e->classes[d] |= mask;
}

static void
resolve_pattern(struct entries *e, const struct lexeme *word)
{
	size_t		err_at;
	char		why[128];
	struct slice	part;

	if (map_find(e->sound, word->text) != NULL)
		return;
	if (patterns_add(e->patterns, word->text, 0, &err_at, why,
	    sizeof(why)) != 0)
		diag_error(e->diags, DIAG_PATTERN_BAD, lex_within(e->diags,
		    word, err_at, 1), slice_str(why), DIAG_NOTHING);
	else if (slow_find(word->text, &part) && patterns_alone(word->text))
		diag_warn(e->diags, DIAG_PATTERN_SLOW, lex_within(e->diags,
		    word, (size_t)(part.p - word->text.p), part.n), part,
		    DIAG_NOTHING);
	else
		(void)map_put(e->sound, word->text, e);
}

static void
unknown_error(struct entries *e, const struct lexeme *word)
{
	struct nearest	near;
	size_t		n;

	nearest_init(&near, word->text);
	for (const struct bsm_error *row = errors_all(&n); n > 0; n--, row++)
		nearest_try(&near, slice_str(row->name));
	diag_unknown_near(e->diags, DIAG_ERRNO_UNKNOWN, word->at, &near);
}

/*
 * A number is what stands in the record, whatever system wrote it. Names above
 * those of Solaris are of OpenBSM's own making.
 */
static void
resolve_errno(struct entries *e, const struct lexeme *word)
{
	const struct bsm_error	*row = errors_by_name(word->text);
	uint64_t		 number = row != NULL ? row->number : 0;
	uint8_t			 error;

	if (row == NULL && (!literal_number(word, UINT8_MAX, &number, NULL) ||
	    number == 0)) {
		unknown_error(e, word);
		return;
	}
	error = (uint8_t)number;
	for (enum dialect d = 0; d < DIALECTS; d++)
		if (row == NULL || d != DIALECT_SOLARIS ||
		    error <= SOLARIS_LAST)
			append(&e->errors[d], &error, 1, sizeof(error));
}

static void
resolve_port(struct entries *e, const struct lexeme *word)
{
	struct range	range;

	if (literal_range(word, UINT16_MAX, &range, e->diags))
		append(&e->ranges, &range, 1, sizeof(range));
}

static void
resolve_address(struct entries *e, const struct lexeme *word)
{
	struct network	net;

	if (literal_network(word, &net, e->diags))
		append(&e->networks, &net, 1, sizeof(net));
}

static void
resolve_glob(struct entries *e, const struct lexeme *word)
{
	if (word->text.n > GLOB_MAX)
		diag_error(e->diags, DIAG_GLOB_LONG, word->at, DIAG_NOTHING,
		    DIAG_NOTHING);
}

static void
resolve_text(struct entries *e, const struct lexeme *word)
{
	if (word->text.n == 0)
		diag_error(e->diags, DIAG_NUMBER_EMPTY, word->at, DIAG_NOTHING,
		    DIAG_NOTHING);
}

void
entries_add(struct entries *e, const struct lexeme *word)
{
	append(&e->words, &word->text, 1, sizeof(word->text));
	e->set->plain &= word->plain;
	switch (e->set->type) {
	case SET_AUID:
	case SET_EUID:
	case SET_EGID:
	case SET_RUID:
	case SET_RGID:
		resolve_id(e, word);
		break;
	case SET_EVENTS:
		resolve_event(e, word);
		break;
	case SET_CLASSES:
		resolve_class(e, word);
		break;
	case SET_PCRE:
		resolve_pattern(e, word);
		break;
	case SET_ADDRESS:
		resolve_address(e, word);
		break;
	case SET_PORT:
		resolve_port(e, word);
		break;
	case SET_ERRNO:
		resolve_errno(e, word);
		break;
	case SET_DIR:
	case SET_TEXT:
	case SET_ALERTS:
		resolve_text(e, word);
		break;
	case SET_GLOB:
		resolve_glob(e, word);
		break;
	case SET_PATH:
	case SET_EXACT:
	case SET_CHANNELS:
	case SET_TYPES:
		break;
	}
}

void
entries_copy(struct entries *e, const struct set *from)
{
	const struct values	*v = from->values;

	append(&e->words, from->words, from->nwords, sizeof(from->words[0]));
	e->set->plain &= from->plain;
	append(&e->ids, v->ids, v->nids, sizeof(v->ids[0]));
	append(&e->ranges, v->ranges, v->nranges, sizeof(v->ranges[0]));
	append(&e->networks, v->networks, v->nnetworks,
	    sizeof(v->networks[0]));
	for (enum dialect d = 0; d < DIALECTS; d++) {
		append(&e->events[d], v->events[d], v->nevents[d],
		    sizeof(v->events[d][0]));
		append(&e->errors[d], v->errors[d], v->nerrors[d],
		    sizeof(v->errors[d][0]));
		e->classes[d] |= v->classes[d];
	}
}

/* Keep the first of equal words, and the order. */
static void
unique_words(struct list *list)
{
	struct slice	*words = list->items;
	struct map	*seen = list->n > FEW ? map_new() : NULL;
	size_t		 n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct slice	word = words[i];
		size_t			j = n;

		if (seen != NULL) {
			if (map_put(seen, word, list) != NULL)
				continue;
		} else {
			for (j = 0; j < n; j++)
				if (slice_eq(words[j], word))
					break;
			if (j < n)
				continue;
		}
		words[n++] = word;
	}
	list->n = n;
	map_free(seen);
}

static int
compare_ids(const void *a, const void *b)
{
	const uint32_t	x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int
compare_events(const void *a, const void *b)
{
	const uint16_t	x = *(const uint16_t *)a, y = *(const uint16_t *)b;

	return (x > y) - (x < y);
}

static int
compare_bytes(const void *a, const void *b)
{
	return *(const uint8_t *)a - *(const uint8_t *)b;
}

static int
compare_ranges(const void *a, const void *b)
{
	const struct range	*x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

static int
compare_networks(const void *a, const void *b)
{
	const struct network	*x = a, *y = b;
	const int		 order = memcmp(x->bytes, y->bytes,
	    sizeof(x->bytes));

	return order != 0 ? order : x->bits - y->bits;
}

/* Sort the list and drop the second of equal ones; a copy in the arena. */
static void *
sort(struct entries *e, struct list *list, size_t size,
    int (*compare)(const void *, const void *))
{
	uint8_t	*p = list->items;
	size_t	 kept = 1, i = 1;

	if (list->n == 0)
		return NULL;
	while (i < list->n && compare(p + (i - 1) * size, p + i * size) < 0)
		i++;
	if (i < list->n) {		/* people mostly write them in order */
		qsort(p, list->n, size, compare);
		for (i = 1; i < list->n; i++)
			if (compare(p + i * size, p + (kept - 1) * size) != 0)
				memmove(p + kept++ * size, p + i * size, size);
		list->n = kept;
	}
	return arena_copy(e->room, p, list->n * size);
}

/* Ranges that touch become one. */
static void
join_ranges(struct range *ranges, size_t *n)
{
	size_t	kept = 0;

	for (size_t i = 0; i < *n; i++) {
		if (kept == 0 || ranges[i].low > ranges[kept - 1].high + 1)
			ranges[kept++] = ranges[i];
		else if (ranges[i].high > ranges[kept - 1].high)
			ranges[kept - 1].high = ranges[i].high;
	}
	*n = kept;
}

/* Is there anything besides words? */
static bool
has_values(const struct entries *e)
{
	size_t	n = e->ids.n + e->ranges.n + e->networks.n;

	for (enum dialect d = 0; d < DIALECTS; d++)
		n += e->events[d].n + e->errors[d].n + (e->classes[d] != 0);
	return n > 0;
}

static const struct values *
settle_values(struct entries *e)
{
	static const struct values	 none;
	struct values			*v;
	struct range			*ranges;

	if (!has_values(e))
		return &none;
	v = arena_alloc(e->room, sizeof(*v));
	v->ids = sort(e, &e->ids, sizeof(v->ids[0]), compare_ids);
	v->nids = e->ids.n;
	ranges = sort(e, &e->ranges, sizeof(ranges[0]), compare_ranges);
	v->nranges = e->ranges.n;
	join_ranges(ranges, &v->nranges);
	v->ranges = ranges;
	v->networks = sort(e, &e->networks, sizeof(v->networks[0]),
	    compare_networks);
	v->nnetworks = e->networks.n;
	for (enum dialect d = 0; d < DIALECTS; d++) {
		v->events[d] = sort(e, &e->events[d], sizeof(v->events[d][0]),
		    compare_events);
		v->nevents[d] = e->events[d].n;
		v->errors[d] = sort(e, &e->errors[d], sizeof(v->errors[d][0]),
		    compare_bytes);
		v->nerrors[d] = e->errors[d].n;
		v->classes[d] = e->classes[d];
	}
	return v;
}

void
entries_settle(struct entries *e)
{
	struct set	*set = e->set;

	unique_words(&e->words);
	set->words = arena_copy(e->room, e->words.items,
	    e->words.n * sizeof(set->words[0]));
	set->nwords = e->words.n;
	set->values = settle_values(e);
}
