/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.c - a tree without mistakes to a program.
 *
 * Rules in the order in which they were defined, and everything that they share
 * once. Nothing here can fail.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "rule/check.h"
#include "rule/compiler.h"
#include "rule/unparse.h"

/* Identities must be the same in every run. */
static const struct hash_key fixed = { 0x62736d7472616365, 0x72756c652d6964 };

#define RULES_FIRST	16u		/* room in the list of rules */
#define RULE_LEAST	32u		/* bytes of text that make one */

/* How many more rules have a text so far. */
struct alike {
	uint64_t	 n;
};

bool
compiler_is_known(struct compiler *c, struct slice contents, size_t index,
    uint32_t *found)
{
	void	*known = map_add(c->known, contents,
	    (void *)((uintptr_t)index + 1));

	*found = (uint32_t)(known == NULL ? index : (uintptr_t)known - 1);
	return known != NULL;
}

static char *
copy(struct compiler *c, struct slice s)
{
	return arena_str(c->arena, s);
}

/* The text of the last clause of a kind; or NULL. */
static const char *
text_of(struct compiler *c, const struct item *item, enum clause_kind kind)
{
	const struct clause	*k = item_clause(item, kind);

	return k == NULL ? NULL : copy(c, k->word.text);
}

static uint64_t
number_of(const struct item *item, enum clause_kind kind)
{
	const struct clause	*k = item_clause(item, kind);

	return k == NULL ? 0 : lex_number(&k->word);
}

static void
compile_subject(struct compiler *c, const struct item *item,
    struct rule *rule)
{
	const struct clause	*last = item_clause(item, CLAUSE_SUBJECT);

	(void)clause_set(item->clauses, CLAUSE_SUBJECT, &rule->any_subject);
	rule->subject = SUBJECT_AUID;
	rule->subjects = PROGRAM_NONE;
	if (last->ref == NULL)
		return;
	rule->subject = (enum subject)last->ref->set->type;
	if (rule->any_subject)
		return;
	rule->subjects = compiler_set(c, last->ref);
	rule->not_subject = last->ref->negated;
}

static void
compile_time(const struct item *item, struct rule *rule)
{
	const struct clause	*k;
	const uint64_t		 prob = number_of(item, CLAUSE_TIMEOUT_PROB);

	if ((k = item_clause(item, CLAUSE_TIMEOUT)) != NULL)
		rule->timeout_s = (int64_t)k->seconds;
	if ((k = item_clause(item, CLAUSE_TIMEOUT_WINDOW)) != NULL)
		rule->window_s = (int64_t)k->seconds;
	rule->window_prob = prob == 0 ? CHECK_PROB_DEFAULT :
	    prob > 100 ? 100 : (unsigned)prob;
}

static void
compile_place(struct compiler *c, const struct item *item, struct rule *rule)
{
	const struct clause	*k;

	if ((k = item_clause(item, CLAUSE_SCOPE)) != NULL)
		rule->scope = slice_is(k->word.text, "global") ? SCOPE_GLOBAL :
		    slice_is(k->word.text, "session") ? SCOPE_SESSION :
		    SCOPE_PROCESS;
	if ((k = item_clause(item, CLAUSE_ZONE)) == NULL)
		return;
	rule->zone = k->any ? ZONE_ANY : k->none ? ZONE_NONE : ZONE_PATTERN;
	if (rule->zone == ZONE_PATTERN)
		rule->zone_pattern = copy(c, k->word.text);
}

/* What makes a key, and when an alert is held back. */
static void
compile_key(struct compiler *c, const struct item *item, struct rule *rule)
{
	const struct clause	*by = item_clause(item, CLAUSE_BY);
	const struct clause	*cooldown = item_clause(item, CLAUSE_COOLDOWN);
	enum rule_field		*fields;

	rule->new_life = item->new_life;
	rule->strict = item_has(item, CLAUSE_STRICT);
	rule->any_order = item_has(item, CLAUSE_ORDER);
	rule->across_hosts = item_has(item, CLAUSE_ACROSS);
	if (cooldown != NULL)
		rule->cooldown_ms = (int64_t)cooldown->seconds * 1000;
	if (by == NULL)
		return;
	rule->by_none = by->none;
	fields = arena_array(c->arena, by->nfields, sizeof(fields[0]));
	for (size_t i = 0; i < by->nfields; i++) {
		fields[i] = by->fields[i].field;
		compiler_want(c, fields[i]);
	}
	rule->by = fields;
	rule->nby = by->nfields;
}

/* Channels, the last named first; one that is named twice is there once. */
static void
compile_channels(struct compiler *c, const struct item *item,
    struct rule *rule)
{
	bool		*named = c->named;
	uint32_t	*list = NULL, *kept;
	size_t		 n = 0, cap = 0;

	if (!item_has(item, CLAUSE_LOG))
		return;
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
	for (size_t i = 0; i < rule->nchannels; i++)
		named[kept[i]] = false;
	rule->channels = kept;
	free(list);
}

static void
compile_words(struct compiler *c, const struct item *item, struct rule *rule)
{
	const struct clause	*tags = item_clause(item, CLAUSE_TAGS);
	const char		*enabled = text_of(c, item, CLAUSE_ENABLED);
	const char		**list;

	rule->description = text_of(c, item, CLAUSE_DESCRIPTION);
	rule->reference = text_of(c, item, CLAUSE_REFERENCE);
	rule->remedy = text_of(c, item, CLAUSE_REMEDY);
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

static bool
has_id(const void *arg, uint32_t rule)
{
	const struct compiler	*c = arg;

	return c->rules[rule].id == c->rules[c->nsettled].id;
}

/* Has no rule before the first unsettled one the id that it has now? */
static bool
is_fresh(struct compiler *c)
{
	const uint32_t	 number = (uint32_t)c->nsettled;

	return twins_add(c->ids, hash_word(&c->seed, c->rules[number].id),
	    number, has_id, c) == number;
}

/* Rules of one text count up from its hash, and never meet another's. */
static void
settle_id(struct compiler *c)
{
	uint64_t		*id = &c->rules[c->nsettled].id;
	const struct slice	 key = { (const uint8_t *)id, sizeof(*id) };
	struct alike		*alike;

	if (is_fresh(c))
		return;
	if ((alike = map_find(c->alikes, key)) == NULL) {
		alike = arena_alloc(c->arena, sizeof(*alike));
		(void)map_put(c->alikes, key, alike);
	}
	do
		*id += ++alike->n;
	while (!is_fresh(c));
	(void)map_put(c->alikes, key, alike);
}

/*
 * All but the newest rule, whose place in the table is on its way until the
 * next one comes.
 */
static void
settle_ids(struct compiler *c, size_t n)
{
	for (; c->nsettled < n; c->nsettled++)
		settle_id(c);
}

static void
compile_id(struct compiler *c, struct slice text)
{
	c->rule->id = hash_bytes(&fixed, text);
	twins_near(c->ids, hash_word(&c->seed, c->rule->id));
	settle_ids(c, c->program->nrules - 1);
}

/* The name of a file: nearly always that of the rule before. */
static const char *
file_name(struct compiler *c, uint32_t file)
{
	if (c->file == NULL || c->file_number != file) {
		c->file = share(c, c->files,
		    slice_str(diags_name(c->diags, file)));
		c->file_number = file;
	}
	return c->file;
}

static void
compile_rule(struct compiler *c, const struct item *item, struct rule *rule)
{
	struct buf	*text = &c->scratch;

	rule->label = copy(c, item->name.text);
	rule->file = file_name(c, item->at.file);
	rule->line = item->at.line;
	rule->priority = (int32_t)number_of(item, CLAUSE_PRIORITY);
	rule->serial = (uint32_t)number_of(item, CLAUSE_SERIAL);
	if (item->logfile != NULL)
		rule->logfile = share(c, c->logfiles, item->logfile->name.text);
	compile_subject(c, item, rule);
	compile_time(item, rule);
	compile_place(c, item, rule);
	compile_channels(c, item, rule);
	compile_words(c, item, rule);
	compile_key(c, item, rule);
	c->rule = rule;
	compiler_states(c, item);
	buf_clear(text);
	unparse_sequence(text, item);
	compile_id(c, buf_bytes(text));
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
	channel->directory = text_of(c, item, CLAUSE_DIRECTORY);
}

/*
 * How many rules there will be, as far as the text before this one tells, and
 * has room for: a large list that moves leaves its memory behind.
 */
static size_t
rules_expected(const struct compiler *c, const struct item *item)
{
	const struct slice	text = diags_text(c->diags, item->at.file);
	const size_t		known = c->program->nrules;
	const uint64_t		n = (uint64_t)known * text.n /
	    (item->at.off + 1);
	const size_t		most = known + text.n / RULE_LEAST;

	return n + n / 16 < most ? (size_t)(n + n / 16) : most;
}

static struct rule *
rule_add(struct compiler *c, const struct item *item)
{
	struct program	*p = c->program;
	const size_t	 n = p->nrules, more = rules_expected(c, item);
	struct rule	*rules;

	if (n == c->rule_cap) {
		c->rule_cap = n == 0 ? RULES_FIRST : more < 2 * n ? 2 * n :
		    more;
		rules = arena_array(c->arena, c->rule_cap, sizeof(rules[0]));
		if (n > 0)
			memcpy(rules, c->rules, n * sizeof(rules[0]));
		c->rules = rules;
	}
	p->nrules++;
	return &c->rules[n];
}

static struct channel *
channel_add(struct compiler *c)
{
	struct program	*p = c->program;

	c->channels = mem_grow(c->channels, &c->channel_cap, p->nchannels + 1,
	    sizeof(c->channels[0]));
	c->named = mem_grow(c->named, &c->named_cap, p->nchannels + 1,
	    sizeof(c->named[0]));
	c->channels[p->nchannels] = (struct channel){ 0 };
	c->named[p->nchannels] = false;
	return &c->channels[p->nchannels++];
}

void
compile_item(struct compiler *c, const struct item *item)
{
	if (item->kind == ITEM_SEQUENCE)
		compile_rule(c, item, rule_add(c, item));
	else if (item->kind == ITEM_CHANNEL)
		compile_channel(c, item, channel_add(c));
}

/* Who waits for whose alert. */
static void
finish_waiting(struct compiler *c)
{
	for (size_t i = 0; i < c->nwaiting; i++) {
		const struct waiting	*w = &c->waiting[i];

		w->state->alerts = w->set->alerts;
		w->state->nalerts = w->set->nalerts;
		for (size_t j = 0; j < w->state->nalerts; j++)
			c->rules[w->state->alerts[j]].awaited = true;
	}
}

/* Lists that grew go to the arena. */
static void
finish(struct compiler *c)
{
	struct program	*p = c->program;
	const char	**logfiles;

	settle_ids(c, p->nrules);
	finish_waiting(c);
	p->rules = c->rules;
	p->channels = arena_copy(c->arena, c->channels,
	    p->nchannels * sizeof(c->channels[0]));
	p->id_sets = arena_copy(c->arena, c->id_sets,
	    p->nid_sets * sizeof(c->id_sets[0]));
	p->event_sets = arena_copy(c->arena, c->event_sets,
	    p->nevent_sets * sizeof(c->event_sets[0]));
	p->object_sets = arena_copy(c->arena, c->object_sets,
	    p->nobject_sets * sizeof(c->object_sets[0]));
	p->match_sets = arena_copy(c->arena, c->match_sets,
	    p->nmatch_sets * sizeof(c->match_sets[0]));
	p->predicates = arena_copy(c->arena, c->predicates,
	    p->npredicates * sizeof(c->predicates[0]));
	p->nlogfiles = map_count(c->logfiles);
	logfiles = arena_array(c->arena, p->nlogfiles, sizeof(logfiles[0]));
	for (size_t i = 0; i < p->nlogfiles; i++)
		logfiles[i] = map_at(c->logfiles, i, NULL);
	p->logfiles = logfiles;
}

struct compiler *
compile_new(const struct names *names, const struct diags *diags,
    struct arena *arena)
{
	struct compiler	*c = xcalloc(1, sizeof(*c));

	c->program = program_new(arena);
	c->arena = arena;
	c->diags = diags;
	c->names = names;
	c->known = map_new();
	c->masks = map_new();
	c->ids = twins_new();
	c->alikes = map_new();
	c->objects = twins_new();
	c->seed = hash_key_random();
	c->logfiles = map_new();
	c->files = map_new();
	return c;
}

void
compile_free(struct compiler *c)
{
	if (c == NULL)
		return;
	for (enum dialect d = 0; d < DIALECTS; d++)
		free(c->events[d]);
	free(c->named);
	free(c->channels);
	free(c->waiting);
	free(c->id_sets);
	free(c->event_sets);
	free(c->object_sets);
	free(c->match_sets);
	free(c->predicates);
	map_free(c->known);
	map_free(c->masks);
	buf_fini(&c->scratch);
	twins_free(c->ids);
	map_free(c->alikes);
	twins_free(c->objects);
	map_free(c->logfiles);
	map_free(c->files);
	free(c);
}

struct program *
compile_end(struct compiler *c, const struct tree *tree)
{
	c->program->path_cache = tree->path_cache;
	c->program->timezone = tree->timezone;
	finish(c);
	return c->program;
}
