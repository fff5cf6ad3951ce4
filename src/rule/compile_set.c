/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile_set.c - sets of the tree to sets of the program.
 *
 * Equal sets are kept once: first a set that has been seen is known by what
 * check.c made of it, then by its contents. Sets of classes become sets of
 * events by the tables as they are now.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "rule/compiler.h"

static int
event_compare(const void *a, const void *b)
{
	const struct event	*x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* All events, for the first set of classes: most rules have none. */
static void
load_events(struct compiler *c)
{
	for (enum dialect d = 0; d < DIALECTS; d++) {
		size_t				 n;
		const struct event_name	*rows = names_events(c->names,
		    d, &n);

		c->events[d] = xcalloc(n + 1, sizeof(c->events[d][0]));
		for (size_t i = 0; i < n; i++)
			if (names_event(c->names, d, rows[i].number) ==
			    &rows[i])
				c->events[d][c->nevents[d]++] = (struct event){
					rows[i].number, rows[i].classes
				};
		qsort(c->events[d], c->nevents[d], sizeof(c->events[d][0]),
		    event_compare);
	}
}

/* Begin the contents of a set in the scratch buffer. */
static struct buf *
contents_begin(struct compiler *c, char kind)
{
	buf_clear(&c->scratch);
	buf_char(&c->scratch, kind);
	return &c->scratch;
}

static uint32_t
compile_ids(struct compiler *c, const struct values *set)
{
	struct buf	*contents = contents_begin(c, 'i');
	uint32_t	 index;

	buf_put(contents, set->ids, set->nids * sizeof(set->ids[0]));
	if (compiler_is_known(c, buf_bytes(contents),
	    c->program->nid_sets, &index))
		return index;
	c->id_sets = mem_grow(c->id_sets, &c->id_cap, (size_t)index + 1,
	    sizeof(c->id_sets[0]));
	c->id_sets[index] = (struct id_set){
		arena_copy(c->arena, set->ids,
		    set->nids * sizeof(set->ids[0])),
		set->nids
	};
	c->program->nid_sets++;
	return index;
}

/* The set, unless there is one alike. */
static uint32_t
add_events(struct compiler *c, const struct event_set *set)
{
	struct buf	*contents = contents_begin(c, set->classes ? 'C' : 'e');
	uint32_t	 index;

	for (enum dialect d = 0; d < DIALECTS; d++) {
		buf_u64(contents, set->n[d]);
		buf_put(contents, set->numbers[d],
		    set->n[d] * sizeof(set->numbers[d][0]));
	}
	if (compiler_is_known(c, buf_bytes(contents),
	    c->program->nevent_sets, &index))
		return index;
	c->event_sets = mem_grow(c->event_sets, &c->event_cap,
	    (size_t)index + 1, sizeof(c->event_sets[0]));
	c->event_sets[index] = *set;
	for (enum dialect d = 0; d < DIALECTS; d++)
		c->event_sets[index].numbers[d] = arena_copy(c->arena,
		    set->numbers[d], set->n[d] * sizeof(set->numbers[d][0]));
	c->program->nevent_sets++;
	return index;
}

static uint32_t
compile_events(struct compiler *c, const struct values *set)
{
	struct event_set	 made = { .classes = false };

	for (enum dialect d = 0; d < DIALECTS; d++) {
		made.numbers[d] = set->events[d];
		made.n[d] = set->nevents[d];
	}
	return add_events(c, &made);
}

/* The events that have one of the classes; negated, those that have none. */
static uint32_t
add_classes(struct compiler *c, const struct values *set, bool negated)
{
	struct event_set	 made = { .classes = true };
	uint16_t		*numbers[DIALECTS];
	uint32_t		 index;

	if (c->events[0] == NULL)
		load_events(c);
	for (enum dialect d = 0; d < DIALECTS; d++) {
		numbers[d] = xcalloc(c->nevents[d] + 1, sizeof(uint16_t));
		for (size_t i = 0; i < c->nevents[d]; i++) {
			const struct event	*e = &c->events[d][i];

			if (((e->classes & set->classes[d]) != 0) != negated)
				numbers[d][made.n[d]++] = e->number;
		}
		made.numbers[d] = numbers[d];
	}
	index = add_events(c, &made);
	for (enum dialect d = 0; d < DIALECTS; d++)
		free(numbers[d]);
	return index;
}

static uint32_t
compile_classes(struct compiler *c, const struct values *set, bool negated)
{
	uint64_t		 masks[DIALECTS + 1] = { negated };
	const struct slice	 key = { (uint8_t *)masks, sizeof(masks) };
	void			*known;
	uint32_t		 index;

	memcpy(masks + 1, set->classes, sizeof(set->classes));
	if ((known = map_find(c->masks, key)) != NULL)
		return (uint32_t)((uintptr_t)known - 1);
	index = add_classes(c, set, negated);
	(void)map_put(c->masks, key, (void *)((uintptr_t)index + 1));
	return index;
}

/* Words with their sizes before them, which tell one list from another. */
static void
put_words(struct buf *contents, const struct slice *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint32_t	size = (uint32_t)words[i].n;	/* of a file */
		uint8_t		*room = buf_room(contents,
		    sizeof(size) + words[i].n);

		memcpy(room, &size, sizeof(size));
		if (size > 0)
			memcpy(room + sizeof(size), words[i].p, words[i].n);
		contents->n += sizeof(size) + words[i].n;
	}
}

/* Copies of words; of those that stand together, all at once. */
static struct slice *
keep_words(struct compiler *c, const struct slice *words, size_t n,
    const struct slice *together)
{
	struct slice	*entries = arena_array(c->arena, n, sizeof(entries[0]));
	const uint8_t	*bytes = NULL;

	if (together != NULL)
		bytes = arena_copy(c->arena, together->p, together->n);
	for (size_t i = 0; i < n; i++)
		entries[i] = (struct slice){ bytes == NULL ?
		    arena_copy(c->arena, words[i].p, words[i].n) :
		    bytes + (words[i].p - together->p), words[i].n };
	return entries;
}

/* A set that may be one of the compiler's already. */
struct objects {
	const struct compiler	*c;
	struct object_set	 set;
};

static bool
same_objects(const void *arg, uint32_t number)
{
	const struct objects	*o = arg;
	const struct object_set	*a = &o->set, *b = &o->c->object_sets[number];

	if (a->type != b->type || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!slice_eq(a->entries[i], b->entries[i]))
			return false;
	return true;
}

/* There are as many of these as rules: of equal ones nothing is copied. */
static uint32_t
compile_objects(struct compiler *c, const struct set *set)
{
	struct objects		 o = { c, {
		set->type == SET_PATH ? OBJECT_PATH : OBJECT_PCRE, set->words,
		set->nwords
	} };
	const uint32_t		 fresh = (uint32_t)c->program->nobject_sets;
	const uint32_t		 index = twins_add(c->objects,
	    hash_list(&c->seed, set->words, set->nwords), fresh, same_objects,
	    &o);
	struct slice		 all;

	if (index != fresh)
		return index;
	c->object_sets = mem_grow(c->object_sets, &c->object_cap,
	    (size_t)index + 1, sizeof(c->object_sets[0]));
	o.set.entries = keep_words(c, set->words, set->nwords,
	    set_is_together(set, &all) ? &all : NULL);
	c->object_sets[index] = o.set;
	c->program->nobject_sets++;
	return index;
}

uint32_t
compiler_set(struct compiler *c, const struct ref_node *ref)
{
	struct set	*set = ref->set;
	const bool	 negated = ref->negated && set->type == SET_CLASSES;
	uint32_t	*index = &set->index[negated];

	if (*index != PROGRAM_NONE)
		return *index;
	switch (set->type) {
	case SET_AUID:
	case SET_EUID:
	case SET_EGID:
	case SET_RUID:
	case SET_RGID:
		*index = compile_ids(c, set->values);
		break;
	case SET_EVENTS:
		*index = compile_events(c, set->values);
		break;
	case SET_CLASSES:
		*index = compile_classes(c, set->values, negated);
		break;
	case SET_PATH:
	case SET_PCRE:
		*index = compile_objects(c, set);
		break;
	case SET_CHANNELS:
	case SET_ALERTS:
	/* Of these are match sets only. */
	case SET_EXACT:
	case SET_DIR:
	case SET_GLOB:
	case SET_TEXT:
	case SET_ADDRESS:
	case SET_PORT:
	case SET_ERRNO:
	case SET_TYPES:
		break;
	}
	return *index;
}

/* What a set of a type becomes; those of users and groups are zero. */
static const enum match_type match_types[SET_TYPES] = {
	[SET_PATH] = MATCH_PREFIX, [SET_PCRE] = MATCH_PCRE,
	[SET_EXACT] = MATCH_EXACT, [SET_DIR] = MATCH_DIR,
	[SET_GLOB] = MATCH_GLOB, [SET_TEXT] = MATCH_TEXT,
	[SET_ADDRESS] = MATCH_ADDRESS, [SET_PORT] = MATCH_RANGE,
	[SET_ERRNO] = MATCH_ERRNO,
};

/* Directories without the slashes at their end, but for the root itself. */
static struct slice *
trim_words(struct compiler *c, const struct set *set, size_t *n)
{
	struct slice	*words = xcalloc(set->nwords + 1, sizeof(words[0]));
	struct map	*seen = map_new();

	*n = 0;
	for (size_t i = 0; i < set->nwords; i++) {
		struct slice	word = set->words[i];

		while (word.n > 1 && word.p[word.n - 1] == '/')
			word.n--;
		if (map_put(seen, word, c) == NULL)
			words[(*n)++] = word;
	}
	map_free(seen);
	return words;
}

static uint32_t
add_words(struct compiler *c, struct match_set *made,
    const struct slice *words, size_t n)
{
	struct buf	*contents = contents_begin(c, 'w');
	uint32_t	 index;

	buf_u8(contents, (uint8_t)made->type);
	put_words(contents, words, n);
	if (!compiler_is_known(c, buf_bytes(contents),
	    c->program->nmatch_sets, &index)) {
		made->entries = keep_words(c, words, n, NULL);
		made->n = n;
	}
	return index;
}

/* What is no text: ids, ranges, networks, errors. */
static uint32_t
add_values(struct compiler *c, struct match_set *made,
    const struct values *set)
{
	struct buf	*contents = contents_begin(c, 'v');
	uint32_t	 index;

	buf_u8(contents, (uint8_t)made->type);
	buf_put(contents, set->ids, set->nids * sizeof(set->ids[0]));
	buf_put(contents, set->ranges, set->nranges * sizeof(set->ranges[0]));
	buf_put(contents, set->networks,
	    set->nnetworks * sizeof(set->networks[0]));
	for (enum dialect d = 0; d < DIALECTS; d++) {
		buf_u64(contents, set->nerrors[d]);
		buf_put(contents, set->errors[d], set->nerrors[d]);
	}
	if (compiler_is_known(c, buf_bytes(contents), c->program->nmatch_sets,
	    &index))
		return index;
	made->ids = arena_copy(c->arena, set->ids,
	    set->nids * sizeof(set->ids[0]));
	made->ranges = arena_copy(c->arena, set->ranges,
	    set->nranges * sizeof(set->ranges[0]));
	made->networks = arena_copy(c->arena, set->networks,
	    set->nnetworks * sizeof(set->networks[0]));
	made->n = set->nids + set->nranges + set->nnetworks; /* one of them */
	for (enum dialect d = 0; d < DIALECTS; d++) {
		made->errors[d] = arena_copy(c->arena, set->errors[d],
		    set->nerrors[d]);
		made->nerrors[d] = set->nerrors[d];
	}
	return index;
}

uint32_t
compiler_match_set(struct compiler *c, const struct ref_node *ref)
{
	struct set		*set = ref->set;
	struct match_set	 made = { .type = match_types[set->type] };
	struct slice		*words = NULL;
	size_t			 n;

	if (set->match != PROGRAM_NONE)
		return set->match;
	if (made.type == MATCH_ID || made.type == MATCH_RANGE ||
	    made.type == MATCH_ADDRESS || made.type == MATCH_ERRNO)
		set->match = add_values(c, &made, set->values);
	else if (made.type == MATCH_DIR) {
		words = trim_words(c, set, &n);
		set->match = add_words(c, &made, words, n);
	} else
		set->match = add_words(c, &made, set->words, set->nwords);
	free(words);
	if (set->match == c->program->nmatch_sets) {
		c->match_sets = mem_grow(c->match_sets, &c->match_cap,
		    (size_t)set->match + 1, sizeof(c->match_sets[0]));
		c->match_sets[c->program->nmatch_sets++] = made;
	}
	return set->match;
}

