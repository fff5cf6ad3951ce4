/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.c - a tree without mistakes to a program.
 *
 * Equal sets are kept once: first a set that has been seen is known by what
 * check.c made of it, then by its contents. Sets of classes become sets of
 * events by the tables as they are now. Nothing here can fail.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "rule/check.h"
#include "rule/compile.h"
#include "rule/sets.h"
#include "rule/unparse.h"

/* Identities must be the same in every run. */
static const struct hash_key fixed = { 0x62736d7472616365, 0x72756c652d6964 };

/* An event of a dialect, by number; of several rows the first. */
struct event {
	uint16_t	 number;
	uint64_t	 classes;
};

/* A growing list of indexes or pointers to what is in the arena. */
struct compiler {
	struct program		*program;
	struct arena		*arena;
	const struct diags	*diags;
	struct event		*events[DIALECTS];
	size_t			 nevents[DIALECTS];
	struct id_set		*id_sets;
	struct event_set	*event_sets;
	struct object_set	*object_sets;
	size_t			 id_cap, event_cap, object_cap;
	struct map		*known;		/* contents to index + 1 */
	struct buf		 scratch;	/* such contents */
	struct map		*masks;		/* of classes, to the same */
	struct map		*rule_ids;	/* to struct alike */
	struct map		*logfiles;	/* to the name in the arena */
	struct map		*files;		/* the same */
};

/* How many more rules have a text so far. */
struct alike {
	uint64_t	 n;
};

static int
event_compare(const void *a, const void *b)
{
	const struct event	*x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static void
events_load(struct compiler *c, const struct names *names)
{
	for (enum dialect d = 0; d < DIALECTS; d++) {
		size_t				 n;
		const struct event_name	*rows = names_events(names, d, &n);

		c->events[d] = xcalloc(n + 1, sizeof(c->events[d][0]));
		for (size_t i = 0; i < n; i++)
			if (names_event(names, d, rows[i].number) == &rows[i])
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

/* Is there a set of these contents? If not, it gets INDEX. */
static bool
is_known(struct compiler *c, size_t index, uint32_t *found)
{
	const struct slice	 contents = buf_bytes(&c->scratch);
	void			*known = map_find(c->known, contents);

	*found = (uint32_t)index;
	if (known != NULL)
		*found = (uint32_t)((uintptr_t)known - 1);
	else
		(void)map_put(c->known, contents,
		    (void *)((uintptr_t)index + 1));
	return known != NULL;
}

static uint32_t
compile_ids(struct compiler *c, const struct set *set)
{
	struct buf	*contents = contents_begin(c, 'i');
	uint32_t	 index;

	buf_put(contents, set->ids, set->nids * sizeof(set->ids[0]));
	if (is_known(c, c->program->nid_sets, &index))
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
	if (is_known(c, c->program->nevent_sets, &index))
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

/* The events that have one of the classes; negated, those that have none. */
static uint32_t
add_classes(struct compiler *c, const struct set *set, bool negated)
{
	struct event_set	 made = { .classes = true };
	uint16_t		*numbers[DIALECTS];
	uint32_t		 index;

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
compile_classes(struct compiler *c, const struct set *set, bool negated)
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

static uint32_t
compile_objects(struct compiler *c, const struct set *set)
{
	struct buf	*contents = contents_begin(c, set->type == SET_PATH ?
	    'p' : 'r');
	struct slice	*entries;
	uint32_t	 index;

	for (size_t i = 0; i < set->nwords; i++) {
		buf_u64(contents, set->words[i].n);
		buf_slice(contents, set->words[i]);
	}
	if (is_known(c, c->program->nobject_sets, &index))
		return index;
	entries = arena_array(c->arena, set->nwords, sizeof(entries[0]));
	for (size_t i = 0; i < set->nwords; i++)
		entries[i] = (struct slice){
			arena_copy(c->arena, set->words[i].p, set->words[i].n),
			set->words[i].n
		};
	c->object_sets = mem_grow(c->object_sets, &c->object_cap,
	    (size_t)index + 1, sizeof(c->object_sets[0]));
	c->object_sets[index] = (struct object_set){
		set->type == SET_PATH ? OBJECT_PATH : OBJECT_PCRE, entries,
		set->nwords
	};
	c->program->nobject_sets++;
	return index;
}

/* The index of the set in the program. */
static uint32_t
compile_set(struct compiler *c, const struct ref_node *ref)
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
		*index = compile_ids(c, set);
		break;
	case SET_EVENTS:
		*index = add_events(c, &(struct event_set){
			.numbers = { set->events[0], set->events[1],
			    set->events[2] },
			.n = { set->nevents[0], set->nevents[1],
			    set->nevents[2] },
		});
		break;
	case SET_CLASSES:
		*index = compile_classes(c, set, negated);
		break;
	case SET_PATH:
	case SET_PCRE:
		*index = compile_objects(c, set);
		break;
	case SET_CHANNELS:
		break;
	}
	return *index;
}

static char *
copy(struct compiler *c, struct slice s)
{
	return arena_str(c->arena, s);
}

/* The text of the last clause of a kind; or NULL. */
static const char *
text_of(struct compiler *c, const struct clause *block, enum clause_kind kind)
{
	const struct clause	*k = clause_last(block, kind);

	return k == NULL ? NULL : copy(c, k->word.text);
}

static uint64_t
number_of(const struct clause *block, enum clause_kind kind)
{
	const struct clause	*k = clause_last(block, kind);

	return k == NULL ? 0 : k->word.number;
}

static void
compile_state(struct compiler *c, const struct clause *block,
    struct state *state)
{
	const struct clause	*k;
	const uint64_t		 many = number_of(block, CLAUSE_MULTIPLIER);

	*state = (struct state){
		.events = PROGRAM_NONE, .objects = PROGRAM_NONE,
		.multiplier = many == 0 ? 1 : (uint32_t)many,
	};
	k = clause_set(block, CLAUSE_EVENT, &state->any_event);
	if (state->any_event)
		state->never = k != NULL && k->ref->negated;
	else {
		state->events = compile_set(c, k->ref);
		/* Those of classes are negated already. */
		state->not_event = k->ref->negated &&
		    k->ref->set->type == SET_EVENTS;
	}
	if ((k = clause_last(block, CLAUSE_OBJECT)) != NULL) {
		state->objects = compile_set(c, k->ref);
		state->not_object = k->ref->negated;
	}
	k = clause_last(block, CLAUSE_STATUS);
	state->status = k->word.key == KEY_SUCCESS ? STATUS_SUCCESS :
	    k->word.key == KEY_FAILURE ? STATUS_FAILURE : STATUS_ANY;
	if ((k = clause_last(block, CLAUSE_TRIGGER)) != NULL)
		state->trigger = k->trigger;
}

static void
compile_states(struct compiler *c, const struct item *item, struct rule *rule)
{
	struct state	*states;
	size_t		 i = 0;

	for (const struct clause *k = item->clauses; k != NULL; k = k->next)
		rule->nstates += k->kind == CLAUSE_STATE;
	states = arena_array(c->arena, rule->nstates, sizeof(states[0]));
	for (const struct clause *k = item->clauses; k != NULL; k = k->next)
		if (k->kind == CLAUSE_STATE)
			compile_state(c, k->block, &states[i++]);
	rule->states = states;
}

static void
compile_subject(struct compiler *c, const struct item *item,
    struct rule *rule)
{
	const struct clause	*last = clause_last(item->clauses,
	    CLAUSE_SUBJECT);

	(void)clause_set(item->clauses, CLAUSE_SUBJECT, &rule->any_subject);
	rule->subject = SUBJECT_AUID;
	rule->subjects = PROGRAM_NONE;
	if (last->ref == NULL)
		return;
	rule->subject = (enum subject)last->ref->set->type;
	if (rule->any_subject)
		return;
	rule->subjects = compile_set(c, last->ref);
	rule->not_subject = last->ref->negated;
}

static void
compile_time(const struct item *item, struct rule *rule)
{
	const struct clause	*k;
	const uint64_t		 prob = number_of(item->clauses,
	    CLAUSE_TIMEOUT_PROB);

	if ((k = clause_last(item->clauses, CLAUSE_TIMEOUT)) != NULL)
		rule->timeout_s = (int64_t)k->seconds;
	if ((k = clause_last(item->clauses, CLAUSE_TIMEOUT_WINDOW)) != NULL)
		rule->window_s = (int64_t)k->seconds;
	rule->window_prob = prob == 0 ? CHECK_PROB_DEFAULT :
	    prob > 100 ? 100 : (unsigned)prob;
}

static void
compile_place(struct compiler *c, const struct item *item, struct rule *rule)
{
	const struct clause	*k;

	if ((k = clause_last(item->clauses, CLAUSE_SCOPE)) != NULL)
		rule->scope = slice_is(k->word.text, "global") ? SCOPE_GLOBAL :
		    slice_is(k->word.text, "session") ? SCOPE_SESSION :
		    SCOPE_PROCESS;
	if ((k = clause_last(item->clauses, CLAUSE_ZONE)) == NULL)
		return;
	rule->zone = k->any ? ZONE_ANY : k->none ? ZONE_NONE : ZONE_PATTERN;
	if (rule->zone == ZONE_PATTERN)
		rule->zone_pattern = copy(c, k->word.text);
}

/* Channels, the last named first; one that is named twice is there once. */
static void
compile_channels(struct compiler *c, const struct item *item,
    struct rule *rule)
{
	bool		*named = xcalloc(c->program->nchannels + 1,
	    sizeof(named[0]));
	uint32_t	*list = NULL, *kept;
	size_t		 n = 0, cap = 0;

	for (const struct clause *k = item->clauses; k != NULL; k = k->next)
		for (size_t i = 0; k->kind == CLAUSE_LOG && i < k->nchannels;
		    i++) {
			list = mem_grow(list, &cap, n + 1, sizeof(list[0]));
			list[n++] = k->channels[i]->number;
		}
	kept = arena_array(c->arena, n, sizeof(kept[0]));
	while (n-- > 0)
		if (!named[list[n]]) {
			named[list[n]] = true;
			kept[rule->nchannels++] = list[n];
		}
	rule->channels = kept;
	free(list);
	free(named);
}

static void
compile_words(struct compiler *c, const struct item *item, struct rule *rule)
{
	const struct clause	*tags = clause_last(item->clauses, CLAUSE_TAGS);
	const char		*enabled = text_of(c, item->clauses,
	    CLAUSE_ENABLED);
	const char		**list;

	rule->description = text_of(c, item->clauses, CLAUSE_DESCRIPTION);
	rule->reference = text_of(c, item->clauses, CLAUSE_REFERENCE);
	rule->remedy = text_of(c, item->clauses, CLAUSE_REMEDY);
	rule->enabled = enabled == NULL || strcmp(enabled, "yes") == 0;
	if (tags == NULL)
		return;
	list = arena_array(c->arena, tags->nwords + 1, sizeof(list[0]));
	for (size_t i = 0; i < tags->nwords; i++)
		list[i] = copy(c, tags->words[i].text);
	rule->tags = list;
}

/* A name that many rules share, in the arena once. */
static const char *
share(struct compiler *c, struct map *names, struct slice name)
{
	char	*known = map_find(names, name);

	if (known == NULL) {
		known = copy(c, name);
		(void)map_put(names, name, known);
	}
	return known;
}

/* Rules of one text count up from its hash, and never meet another's. */
static uint64_t
rule_id(struct compiler *c, struct slice text)
{
	uint64_t	 id = hash_bytes(&fixed, text);
	struct slice	 key = { (const uint8_t *)&id, sizeof(id) };
	struct alike	*alike = map_find(c->rule_ids, key);

	if (alike == NULL)
		alike = arena_alloc(c->arena, sizeof(*alike));
	else
		while (map_find(c->rule_ids, key) != NULL)
			id += ++alike->n;
	(void)map_put(c->rule_ids, key, alike);
	return id;
}

static void
compile_rule(struct compiler *c, const struct item *item, struct rule *rule)
{
	struct buf	*text = &c->scratch;

	rule->label = copy(c, item->name.text);
	rule->file = share(c, c->files,
	    slice_str(diags_name(c->diags, item->at.file)));
	rule->line = item->at.line;
	rule->priority = (int32_t)number_of(item->clauses, CLAUSE_PRIORITY);
	rule->serial = (uint32_t)number_of(item->clauses, CLAUSE_SERIAL);
	if (item->logfile != NULL)
		rule->logfile = share(c, c->logfiles, item->logfile->name.text);
	compile_subject(c, item, rule);
	compile_time(item, rule);
	compile_place(c, item, rule);
	compile_channels(c, item, rule);
	compile_words(c, item, rule);
	compile_states(c, item, rule);
	buf_clear(text);
	unparse_sequence(text, item);
	rule->canonical = copy(c, buf_bytes(text));
	rule->id = rule_id(c, buf_bytes(text));
}

static void
compile_channel(struct compiler *c, const struct item *item,
    struct channel *channel)
{
	channel->name = copy(c, item->name.text);
	channel->type = slice_is(item->type.text, "bsm") ? CHANNEL_BSM :
	    slice_is(item->type.text, "syslog") ? CHANNEL_SYSLOG :
	    CHANNEL_STDERR;
	channel->priority = item->priority;
	channel->directory = text_of(c, item->clauses, CLAUSE_DIRECTORY);
}

static void
compile_items(struct compiler *c, const struct tree *tree)
{
	struct program	*p = c->program;
	struct rule	*rules;
	struct channel	*channels;

	for (const struct item *i = tree->items; i != NULL; i = i->next) {
		p->nrules += i->kind == ITEM_SEQUENCE;
		p->nchannels += i->kind == ITEM_CHANNEL;
	}
	rules = arena_array(c->arena, p->nrules, sizeof(rules[0]));
	channels = arena_array(c->arena, p->nchannels, sizeof(channels[0]));
	for (const struct item *i = tree->items; i != NULL; i = i->next)
		if (i->kind == ITEM_SEQUENCE)
			compile_rule(c, i, &rules[i->number]);
		else if (i->kind == ITEM_CHANNEL)
			compile_channel(c, i, &channels[i->number]);
	p->rules = rules;
	p->channels = channels;
}

/* Lists that grew go to the arena. */
static void
finish(struct compiler *c)
{
	struct program	*p = c->program;
	const char	**logfiles;

	p->id_sets = arena_copy(c->arena, c->id_sets,
	    p->nid_sets * sizeof(c->id_sets[0]));
	p->event_sets = arena_copy(c->arena, c->event_sets,
	    p->nevent_sets * sizeof(c->event_sets[0]));
	p->object_sets = arena_copy(c->arena, c->object_sets,
	    p->nobject_sets * sizeof(c->object_sets[0]));
	p->nlogfiles = map_count(c->logfiles);
	logfiles = arena_array(c->arena, p->nlogfiles, sizeof(logfiles[0]));
	for (size_t i = 0; i < p->nlogfiles; i++)
		logfiles[i] = map_at(c->logfiles, i, NULL);
	p->logfiles = logfiles;
	for (enum dialect d = 0; d < DIALECTS; d++)
		free(c->events[d]);
	free(c->id_sets);
	free(c->event_sets);
	free(c->object_sets);
	map_free(c->known);
	map_free(c->masks);
	buf_fini(&c->scratch);
	map_free(c->rule_ids);
	map_free(c->logfiles);
	map_free(c->files);
}

struct program *
compile_tree(const struct tree *tree, const struct names *names,
    const struct diags *diags, struct arena *arena)
{
	struct compiler	c = {
		.program = program_new(arena), .arena = arena, .diags = diags,
		.known = map_new(), .masks = map_new(), .rule_ids = map_new(),
		.logfiles = map_new(), .files = map_new(),
	};

	events_load(&c, names);
	compile_items(&c, tree);
	finish(&c);
	return c.program;
}
