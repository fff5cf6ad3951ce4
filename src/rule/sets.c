/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sets.c - named and unnamed sets, and what their entries stand for.
 *
 * Names are kept in one map by file and name, so that two look-ups answer what
 * is seen from a place. A set is gathered in growing lists, then sorted, freed
 * of duplicates and copied to the arena. Work is in proportion to the text; an
 * extension copies, and all copies together have a limit.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/patterns.h"
#include "rule/program.h"
#include "rule/sets.h"

#define FEW 16u			/* words that are compared one by one */

struct account {
	bool		 known;
	uint32_t	 id;
};

/* A set that is being put together. */
struct gather {
	struct set	*set;
	struct slice	*words;
	size_t		 nwords, words_cap;
	uint32_t	*ids;
	size_t		 nids, ids_cap;
	uint16_t	*events[DIALECTS];
	size_t		 nevents[DIALECTS], events_cap[DIALECTS];
};

struct sets {
	const struct names	*names;
	const struct accounts	*accounts;
	struct arena		*arena;
	struct diags		*diags;
	uint32_t		 main_file;
	struct map		*visible;	/* file and name to the set */
	struct map		*users, *groups; /* name to struct account */
	struct patterns		*patterns;	/* to try them */
	struct set		**all;		/* that have a name */
	size_t			 n, cap;
	uint32_t		 order;
	size_t			 copies;
	struct gather		 gather;	/* used by one set at a time */
	struct buf		 scratch;	/* a key of `visible` */
};

static const struct name types[] = {
	{ "auid", SET_AUID }, { "euid", SET_EUID }, { "egid", SET_EGID },
	{ "ruid", SET_RUID }, { "rgid", SET_RGID },
	{ "auditevent", SET_EVENTS }, { "auditclass", SET_CLASSES },
	{ "path", SET_PATH }, { "pcre", SET_PCRE },
	{ "logchannel", SET_CHANNELS }, { 0 }
};

static const struct name types_later[] = {
	{ "exact", 0 }, { "dir", 0 }, { "glob", 0 }, { "text", 0 },
	{ "address", 0 }, { "port", 0 }, { "errno", 0 }, { 0 }
};

const char *
set_type_name(enum set_type type)
{
	return types[type].name;
}

struct sets *
sets_new(const struct names *names, const struct accounts *accounts,
    uint32_t main_file, struct arena *arena, struct diags *diags)
{
	struct sets	*s = xcalloc(1, sizeof(*s));

	s->names = names;
	s->accounts = accounts;
	s->arena = arena;
	s->diags = diags;
	s->main_file = main_file;
	s->visible = map_new();
	s->users = map_new();
	s->groups = map_new();
	s->patterns = patterns_new();
	return s;
}

void
sets_free(struct sets *s)
{
	if (s == NULL)
		return;
	map_free(s->visible);
	map_free(s->users);
	map_free(s->groups);
	patterns_free(s->patterns);
	for (enum dialect d = 0; d < DIALECTS; d++)
		free(s->gather.events[d]);
	free(s->gather.words);
	free(s->gather.ids);
	buf_fini(&s->scratch);
	free(s->all);
	free(s);
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
number_entry(struct sets *s, const struct lexeme *word, enum diag unknown,
    uint32_t *value)
{
	bool	fits;

	if (word->text.n == 0) {
		diag_error(s->diags, DIAG_NUMBER_EMPTY, word->at, DIAG_NOTHING,
		    DIAG_NOTHING);
		return false;
	}
	if (!read_number(word->text, value, &fits)) {
		if (unknown != DIAGS)
			diag_error(s->diags, unknown, word->at, word->text,
			    DIAG_NOTHING);
		return false;
	}
	if (!fits)
		diag_error(s->diags, DIAG_NUMBER_LARGE, word->at, word->text,
		    slice_str("4294967295"));
	return fits;
}

/* The user or group of a name, asked for once. */
static const struct account *
account_find(struct sets *s, struct slice name, bool group)
{
	struct map	*known = group ? s->groups : s->users;
	struct account	*a = map_find(known, name);
	char		*text;

	if (a != NULL)
		return a;
	a = arena_alloc(s->arena, sizeof(*a));
	text = xstrndup(name.p, name.n);
	a->known = group ?
	    s->accounts->gid_of(s->accounts->arg, text, &a->id) :
	    s->accounts->uid_of(s->accounts->arg, text, &a->id);
	free(text);
	(void)map_put(known, name, a);
	return a;
}

static void
add_id(struct gather *g, uint32_t id)
{
	g->ids = mem_grow(g->ids, &g->ids_cap, g->nids + 1, sizeof(g->ids[0]));
	g->ids[g->nids++] = id;
}

static void
resolve_id(struct sets *s, struct gather *g, const struct lexeme *word)
{
	const bool		 group = g->set->type == SET_EGID ||
	    g->set->type == SET_RGID;
	const struct account	*a = word->text.n == 0 ? NULL :
	    account_find(s, word->text, group);
	uint32_t		 id;

	if (a != NULL && a->known)
		add_id(g, a->id);
	else if (number_entry(s, word, group ? DIAG_GROUP_UNKNOWN :
	    DIAG_USER_UNKNOWN, &id))
		add_id(g, id);
}

static void
add_event(struct gather *g, enum dialect d, uint16_t number)
{
	g->events[d] = mem_grow(g->events[d], &g->events_cap[d],
	    g->nevents[d] + 1, sizeof(g->events[d][0]));
	g->events[d][g->nevents[d]++] = number;
}

static void
unknown_event(struct sets *s, const struct lexeme *word)
{
	struct nearest	near;

	nearest_init(&near, word->text);
	for (enum dialect d = 0; d < DIALECTS && diags_wants(s->diags); d++) {
		size_t				 n;
		const struct event_name	*rows = names_events(s->names, d, &n);

		for (size_t i = 0; i < n; i++)
			nearest_try(&near, slice_str(rows[i].name));
	}
	diag_unknown_near(s->diags, DIAG_EVENT_UNKNOWN, word->at, &near);
}

static void
resolve_event(struct sets *s, struct gather *g, const struct lexeme *word)
{
	const size_t	errors = diags_errors(s->diags);
	uint32_t	number;
	bool		known = false;

	for (enum dialect d = 0; d < DIALECTS; d++) {
		const struct event_name	*e = names_event_find(s->names, d,
		    word->text);

		if (e == NULL)
			continue;
		add_event(g, d, e->number);
		known = true;
	}
	if (known || names_event_known(word->text))
		return;			/* if elsewhere only: nothing here */
	if (!number_entry(s, word, DIAGS, &number)) {
		if (diags_errors(s->diags) == errors)
			unknown_event(s, word);
		return;
	}
	if (number > UINT16_MAX) {
		diag_warn(s->diags, DIAG_EVENT_LARGE, word->at, DIAG_NOTHING,
		    DIAG_NOTHING);
		return;
	}
	for (enum dialect d = 0; d < DIALECTS; d++)
		add_event(g, d, (uint16_t)number);
}

static void
unknown_class(struct sets *s, const struct lexeme *word)
{
	struct nearest	near;

	nearest_init(&near, word->text);
	for (enum dialect d = 0; d < DIALECTS && diags_wants(s->diags); d++) {
		size_t				 n;
		const struct class_name	*rows = names_classes(s->names, d, &n);

		for (size_t i = 0; i < n; i++)
			nearest_try(&near, slice_str(rows[i].name));
	}
	diag_unknown_near(s->diags, DIAG_CLASS_UNKNOWN, word->at, &near);
}

static void
resolve_class(struct sets *s, struct gather *g, const struct lexeme *word)
{
	const size_t	errors = diags_errors(s->diags);
	uint32_t	mask;
	bool		known = false;

	for (enum dialect d = 0; d < DIALECTS; d++) {
		const struct class_name	*c = names_class_find(s->names, d,
		    word->text);

		if (c == NULL)
			continue;
		g->set->classes[d] |= c->mask;
		known = true;
	}
	if (known || names_class_known(word->text))
		return;
	if (!number_entry(s, word, DIAGS, &mask)) {
		if (diags_errors(s->diags) == errors)
			unknown_class(s, word);
		return;
	}
	for (enum dialect d = 0; d < DIALECTS; d++)
		g->set->classes[d] |= mask;
}

static void
resolve_pattern(struct sets *s, const struct lexeme *word)
{
	size_t	err_at;
	char	why[128];

	if (patterns_add(s->patterns, word->text, 0, &err_at, why,
	    sizeof(why)) != 0)
		diag_error(s->diags, DIAG_PATTERN_BAD, lex_within(s->diags,
		    word, err_at, 1), slice_str(why), DIAG_NOTHING);
}

static void
add_word(struct gather *g, struct slice word)
{
	g->words = mem_grow(g->words, &g->words_cap, g->nwords + 1,
	    sizeof(g->words[0]));
	g->words[g->nwords++] = word;
}

static void
add_entry(struct sets *s, struct gather *g, const struct lexeme *word)
{
	add_word(g, word->text);
	switch (g->set->type) {
	case SET_AUID:
	case SET_EUID:
	case SET_EGID:
	case SET_RUID:
	case SET_RGID:
		resolve_id(s, g, word);
		break;
	case SET_EVENTS:
		resolve_event(s, g, word);
		break;
	case SET_CLASSES:
		resolve_class(s, g, word);
		break;
	case SET_PCRE:
		resolve_pattern(s, word);
		break;
	case SET_PATH:
	case SET_CHANNELS:
		break;
	}
}

/* The key under which file FILE sees a set of its own. */
static struct slice
key_of(struct sets *s, uint32_t file, struct slice name)
{
	buf_clear(&s->scratch);
	buf_u32(&s->scratch, file);
	buf_slice(&s->scratch, name);
	return buf_bytes(&s->scratch);
}

struct set *
sets_find(struct sets *s, const struct lexeme *name)
{
	struct set	*own = map_find(s->visible,
	    key_of(s, name->at.file, name->text));
	struct set	*main_one;

	if (name->at.file == s->main_file)
		return own;
	main_one = map_find(s->visible, key_of(s, s->main_file, name->text));
	if (own == NULL || (main_one != NULL && main_one->order > own->order))
		return main_one;
	return own;
}

static struct set *
find_or_report(struct sets *s, const struct lexeme *name)
{
	struct set	*set = sets_find(s, name);
	struct nearest	 near;

	if (set != NULL) {
		set->used = true;
		return set;
	}
	nearest_init(&near, name->text);
	for (size_t i = 0; i < s->n && diags_wants(s->diags); i++)
		if (s->all[i]->at.file == name->at.file ||
		    s->all[i]->at.file == s->main_file)
			nearest_try(&near, s->all[i]->name);
	diag_unknown_near(s->diags, DIAG_SET_UNKNOWN, name->at, &near);
	return NULL;
}

/* Copy the entries of another set as they are now. */
static void
extend(struct sets *s, struct gather *g, const struct lexeme *name)
{
	struct set	*from = find_or_report(s, name);

	if (from == NULL || from->broken || from->taken_by == g->set->order)
		return;
	if (from->type != g->set->type) {
		diag_error(s->diags, DIAG_SET_MISMATCH, name->at,
		    slice_str(set_type_name(g->set->type)),
		    slice_str(set_type_name(from->type)));
		return;
	}
	from->taken_by = g->set->order;
	if (from->nwords > SETS_COPIES_MAX - s->copies) {
		diag_error(s->diags, DIAG_SET_LARGE, name->at, DIAG_NOTHING,
		    DIAG_NOTHING);
		return;
	}
	s->copies += from->nwords;
	for (size_t i = 0; i < from->nwords; i++)
		add_word(g, from->words[i]);
	for (size_t i = 0; i < from->nids; i++)
		add_id(g, from->ids[i]);
	for (enum dialect d = 0; d < DIALECTS; d++) {
		for (size_t i = 0; i < from->nevents[d]; i++)
			add_event(g, d, from->events[d][i]);
		g->set->classes[d] |= from->classes[d];
	}
}

/* Keep the first of equal words, and the order. */
static void
unique_words(struct gather *g)
{
	struct map	*seen = g->nwords > FEW ? map_new() : NULL;
	size_t		 n = 0;

	for (size_t i = 0; i < g->nwords; i++) {
		const struct slice	word = g->words[i];
		size_t			j = n;

		if (seen != NULL) {
			if (map_put(seen, word, g) != NULL)
				continue;
		} else {
			for (j = 0; j < n; j++)
				if (slice_eq(g->words[j], word))
					break;
			if (j < n)
				continue;
		}
		g->words[n++] = word;
	}
	g->nwords = n;
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

/* Sort N items of SIZE bytes and drop the second of equal ones. */
static size_t
sort_unique(void *items, size_t n, size_t size,
    int (*compare)(const void *, const void *))
{
	uint8_t	*p = items;
	size_t	 kept = 1;

	if (n < 2)
		return n;
	qsort(items, n, size, compare);
	for (size_t i = 1; i < n; i++)
		if (compare(p + i * size, p + (kept - 1) * size) != 0)
			memmove(p + kept++ * size, p + i * size, size);
	return kept;
}

/* Everything gathered goes to the arena, in its final form. */
static void
settle(struct sets *s, struct gather *g)
{
	struct set	*set = g->set;

	unique_words(g);
	set->nwords = g->nwords;
	set->words = arena_copy(s->arena, g->words,
	    g->nwords * sizeof(g->words[0]));
	set->nids = sort_unique(g->ids, g->nids, sizeof(g->ids[0]),
	    compare_ids);
	set->ids = arena_copy(s->arena, g->ids,
	    set->nids * sizeof(g->ids[0]));
	for (enum dialect d = 0; d < DIALECTS; d++) {
		set->nevents[d] = sort_unique(g->events[d], g->nevents[d],
		    sizeof(g->events[d][0]), compare_events);
		set->events[d] = arena_copy(s->arena, g->events[d],
		    set->nevents[d] * sizeof(g->events[d][0]));
	}
}

/* Begin to gather a set; the lists keep their memory. */
static struct gather *
gather_begin(struct sets *s, struct set *set)
{
	struct gather	*g = &s->gather;

	g->set = set;
	g->nwords = g->nids = 0;
	for (enum dialect d = 0; d < DIALECTS; d++)
		g->nevents[d] = 0;
	return g;
}

static struct set *
set_make(struct sets *s, const struct body_node *body)
{
	struct set		*set = arena_alloc(s->arena, sizeof(*set));
	struct gather		*g = gather_begin(s, set);
	const struct name	*type;
	size_t			 errors;

	set->order = ++s->order;
	set->index[0] = set->index[1] = PROGRAM_NONE;
	set->broken = true;
	if (body == NULL || body->type.text.p == NULL)
		return set;			/* the parser has said why */
	set->at = body->type.at;
	if ((type = name_find(types, body->type.text)) == NULL) {
		if (name_find(types_later, body->type.text) != NULL)
			diag_error(s->diags, DIAG_SECOND_EDITION, set->at,
			    body->type.text, DIAG_NOTHING);
		else
			diag_unknown(s->diags, DIAG_TYPE_UNKNOWN, set->at,
			    body->type.text, types);
		return set;
	}
	set->type = (enum set_type)type->value;
	set->broken = false;
	errors = diags_errors(s->diags);
	for (const struct entry_node *e = body->entries; e != NULL;
	    e = e->next)
		if (e->kind == ENTRY_SET)
			extend(s, g, &e->word);
		else
			add_entry(s, g, &e->word);
	set->flawed = diags_errors(s->diags) > errors;
	settle(s, g);
	return set;
}

void
sets_define(struct sets *s, const struct item *item)
{
	struct set	*set = set_make(s, item->body);
	struct set	*old;

	set->name = item->name.text;
	set->at = item->name.at;
	set->broken |= item->broken;
	old = map_put(s->visible, key_of(s, set->at.file, set->name), set);
	s->all = mem_grow(s->all, &s->cap, s->n + 1, sizeof(s->all[0]));
	s->all[s->n++] = set;
	if (old == NULL)
		return;
	/* A set that takes up the one before it is meant to replace it. */
	if (old->taken_by != set->order && !old->broken) {
		diag_warn(s->diags, DIAG_SET_AGAIN, set->at, set->name,
		    DIAG_NOTHING);
		diag_note(s->diags, DIAG_NOTE_FIRST, old->at, DIAG_NOTHING);
	}
	old->used = true;
}

struct set *
sets_take(struct sets *s, const struct ref_node *ref)
{
	return ref->body != NULL ? set_make(s, ref->body) :
	    find_or_report(s, &ref->name);
}

void
sets_warn_unused(const struct sets *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->all[i]->used)
			diag_warn(s->diags, DIAG_SET_UNUSED, s->all[i]->at,
			    s->all[i]->name, DIAG_NOTHING);
}
