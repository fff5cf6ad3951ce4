/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.c - names, types, and rules that cannot work.
 *
 * One walk over the statements in the order in which they were read, since a
 * name means what was defined before it. What is found is written into the
 * tree. A broken statement is checked as far as it goes, but not blamed for
 * what it lacks.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "rule/check.h"
#include "rule/priority.h"
#include "rule/trigger.h"

#define LOGFILE_MAX	255u		/* bytes */
#define CHANNELS_MAX	256u		/* a rule may name them all */

/* The first and the latest sequence of a label. */
struct label {
	struct item	*first, *last;
};

struct checker {
	const struct rules_env	*env;
	struct tree		*tree;
	struct sets		*sets;
	struct arena		*keep;
	struct diags		*diags;
	struct map		*labels;	/* to struct label */
	struct map		*channels;	/* to struct item, the newest */
	const struct item	**logfiles;	/* in force, by file */
	size_t			 nlogfiles;
	uint64_t		 classes[DIALECTS]; /* all that events have */
	uint32_t		 nsequences, nchannels;
	bool			 said_scope, said_serial, said_window;
};

static void
error(struct checker *c, enum diag id, struct span at, struct slice one)
{
	diag_error(c->diags, id, at, one, DIAG_NOTHING);
}

static void
warn(struct checker *c, enum diag id, struct span at, struct slice one)
{
	diag_warn(c->diags, id, at, one, DIAG_NOTHING);
}

/* Say once that an old word has a meaning now, in a file of old words only. */
static void
warn_old(struct checker *c, enum diag id, const struct clause *clause,
    bool *said)
{
	if (!*said && !c->tree->second)
		warn(c, id, clause->at, DIAG_NOTHING);
	*said = true;
}

static struct slice
written(const struct checker *c, struct span at)
{
	return (struct slice){
		diags_text(c->diags, at.file).p + at.off, at.n
	};
}

static void
check_number(struct checker *c, const struct clause *clause, uint32_t max)
{
	char	text[16];
	size_t	i = sizeof(text);

	if (clause->word.number <= max)
		return;
	for (uint32_t v = max; v > 0; v /= 10)
		text[--i] = (char)('0' + v % 10);
	diag_error(c->diags, DIAG_NUMBER_LARGE, clause->word.at,
	    clause->word.text,
	    (struct slice){ (const uint8_t *)text + i, sizeof(text) - i });
}

static bool
is_subject(enum set_type type)
{
	return type <= SET_RGID;
}

static bool
is_event(enum set_type type)
{
	return type == SET_EVENTS || type == SET_CLASSES;
}

static bool
is_object(enum set_type type)
{
	return type == SET_PATH || type == SET_PCRE;
}

/* Which sets a clause takes; and the words for it in a message. */
static const struct {
	bool		(*fits)(enum set_type);
	const char	*what;
} uses[CLAUSES] = {
	[CLAUSE_SUBJECT] = { is_subject,
	    "'auid', 'euid', 'egid', 'ruid' or 'rgid'" },
	[CLAUSE_EVENT] = { is_event, "'auditevent' or 'auditclass'" },
	[CLAUSE_OBJECT] = { is_object, "'path' or 'pcre'" },
};

static void
check_set(struct checker *c, struct clause *clause)
{
	struct ref_node	*ref = clause->ref;
	struct set	*set;

	if (ref == NULL || (set = sets_take(c->sets, ref)) == NULL ||
	    set->broken)
		return;
	ref->set = set;
	if (!uses[clause->kind].fits(set->type))
		diag_error(c->diags, DIAG_TYPE_WRONG, ref->body != NULL ?
		    ref->body->type.at : ref->name.at,
		    slice_str(set_type_name(set->type)),
		    slice_str(uses[clause->kind].what));
}

static void
check_repeats(struct checker *c, const struct clause *block)
{
	bool	seen[CLAUSES] = { 0 }, any[CLAUSES] = { 0 };
	bool	set[CLAUSES] = { 0 };

	for (; block != NULL; block = block->next) {
		const enum clause_kind	kind = block->kind;
		const struct slice	word = written(c, block->at);

		if (kind == CLAUSE_STATE || kind == CLAUSE_LOG)
			continue;
		any[kind] |= block->any;
		set[kind] |= block->ref != NULL;
		if (seen[kind] && any[kind] && set[kind])
			warn(c, DIAG_ANY_STAYS, block->at, word);
		else if (seen[kind])
			warn(c, DIAG_OPTION_AGAIN, block->at, word);
		seen[kind] = true;
	}
}

/* Could there be a record whose event is in the set? */
static bool
has_events(const struct checker *c, const struct set *set)
{
	for (enum dialect d = 0; d < DIALECTS; d++)
		if (set->nevents[d] > 0 ||
		    (set->classes[d] & c->classes[d]) != 0)
			return true;
	return false;
}

static void
check_never(struct checker *c, const struct clause *state)
{
	bool			 any;
	const struct clause	*event = clause_set(state->block,
	    CLAUSE_EVENT, &any);
	const struct set	*set;

	if (event == NULL || (set = event->ref->set) == NULL || set->flawed ||
	    !is_event(set->type))
		return;
	if (any ? event->ref->negated :
	    !event->ref->negated && !has_events(c, set))
		warn(c, DIAG_STATE_NEVER, event->at, DIAG_NOTHING);
}

static void
check_trigger(struct checker *c, struct clause *clause)
{
	const struct trigger	*t = trigger_read(&clause->word, c->keep,
	    c->diags);
	struct buf		 path = { 0 };
	bool			 fixed = true;
	int			 error;

	clause->trigger = t;
	if (t == NULL || c->env->check_program == NULL)
		return;
	for (size_t i = 0; i < t->words[0].n; i++)
		if (t->words[0].pieces[i].kind == PIECE_TEXT)
			buf_str(&path, t->words[0].pieces[i].text);
		else
			fixed = false;
	if (fixed && (error = c->env->check_program(c->env->arg,
	    buf_cstr(&path))) != 0)
		diag_warn(c->diags, DIAG_TRIGGER_PROGRAM, clause->word.at,
		    buf_bytes(&path), slice_str(strerror(error)));
	buf_fini(&path);
}

static void
check_state(struct checker *c, const struct clause *state)
{
	bool	event, status;

	for (struct clause *k = state->block; k != NULL; k = k->next) {
		if (uses[k->kind].fits != NULL)
			check_set(c, k);
		else if (k->kind == CLAUSE_MULTIPLIER)
			check_number(c, k, INT32_MAX);
		else if (k->kind == CLAUSE_TRIGGER)
			check_trigger(c, k);
	}
	check_repeats(c, state->block);
	event = clause_last(state->block, CLAUSE_EVENT) != NULL;
	status = clause_last(state->block, CLAUSE_STATUS) != NULL;
	if (!event && !state->broken)
		error(c, DIAG_EVENT_MISSING, state->at, DIAG_NOTHING);
	if (!status && !state->broken)
		error(c, DIAG_STATUS_MISSING, state->at, DIAG_NOTHING);
	if (event)
		check_never(c, state);
}

/* A name that a `log` gave, or the set that is named there. */
static void
unknown_channel(struct checker *c, const struct ref_node *ref,
    struct slice name)
{
	struct span	at = ref->name.at;
	struct nearest	near;
	struct slice	known;

	if (ref->body != NULL)
		at = ref->body->type.at;
	for (const struct entry_node *e = ref->body == NULL ? NULL :
	    ref->body->entries; e != NULL; e = e->next)
		if (e->kind != ENTRY_SET && slice_eq(e->word.text, name))
			at = e->word.at;
	nearest_init(&near, name);
	for (size_t i = 0; i < map_count(c->channels) && diags_wants(c->diags);
	    i++) {
		(void)map_at(c->channels, i, &known);
		nearest_try(&near, known);
	}
	diag_unknown_near(c->diags, DIAG_CHANNEL_UNKNOWN, at, &near);
}

/*
 * A set of channels, or a channel alone. The set is looked for first: its
 * entries are checked here, where they are used.
 */
static void
check_log(struct checker *c, struct clause *clause)
{
	const struct ref_node	*ref = clause->ref;
	const struct slice	*names = &ref->name.text;
	struct set		*set = NULL;
	const struct item	*channel;
	size_t			 n = 1;

	if (ref->body != NULL || ((set = sets_find(c->sets, &ref->name)) != NULL
	    && (set->type == SET_CHANNELS || map_find(c->channels,
	    ref->name.text) == NULL)))
		set = sets_take(c->sets, ref);
	else
		set = NULL;
	if (set != NULL && set->broken)
		return;
	if (set != NULL && set->type != SET_CHANNELS) {
		diag_error(c->diags, DIAG_TYPE_WRONG, ref->body != NULL ?
		    ref->body->type.at : ref->name.at,
		    slice_str(set_type_name(set->type)),
		    slice_str("'logchannel'"));
		return;
	}
	if (set != NULL) {
		names = set->words;
		n = set->nwords;
	}
	clause->channels = arena_array(c->tree->arena,
	    map_count(c->channels), sizeof(clause->channels[0]));
	for (size_t i = 0; i < n; i++) {
		if ((channel = map_find(c->channels, names[i])) == NULL) {
			unknown_channel(c, ref, names[i]);
			return;
		}
		clause->channels[clause->nchannels++] = channel;
	}
}

static void
check_scope(struct checker *c, const struct clause *clause)
{
	static const struct name	scopes[] = {
		{ "global", 0 }, { "process", 0 }, { "session", 0 },
		{ "thread", 0 }, { 0 }
	};

	if (name_find(scopes, clause->word.text) == NULL) {
		diag_unknown(c->diags, DIAG_SCOPE_UNKNOWN, clause->word.at,
		    clause->word.text, scopes);
		return;
	}
	warn_old(c, DIAG_OLD_SCOPE, clause, &c->said_scope);
	if (slice_is(clause->word.text, "thread"))
		warn(c, DIAG_SCOPE_THREAD, clause->word.at, DIAG_NOTHING);
}

static void
check_option(struct checker *c, struct clause *clause)
{
	switch (clause->kind) {
	case CLAUSE_SUBJECT:
		check_set(c, clause);
		break;
	case CLAUSE_PRIORITY:
		check_number(c, clause, INT32_MAX);
		break;
	case CLAUSE_SERIAL:
		warn_old(c, DIAG_OLD_SERIAL, clause, &c->said_serial);
		check_number(c, clause, UINT32_MAX);
		break;
	case CLAUSE_SCOPE:
		check_scope(c, clause);
		break;
	case CLAUSE_TIMEOUT_WINDOW:
		if (clause->seconds > 0)
			warn_old(c, DIAG_OLD_WINDOW, clause, &c->said_window);
		break;
	case CLAUSE_TIMEOUT_PROB:
		check_number(c, clause, UINT32_MAX);
		if (clause->word.number > 100)
			warn(c, DIAG_PROB_LARGE, clause->word.at, DIAG_NOTHING);
		break;
	case CLAUSE_LOG:
		check_log(c, clause);
		break;
	case CLAUSE_STATE:
		check_state(c, clause);
		break;
	case CLAUSE_TIMEOUT:
	case CLAUSE_ZONE:
	case CLAUSE_DESCRIPTION:
	case CLAUSE_TAGS:
	case CLAUSE_REFERENCE:
	case CLAUSE_REMEDY:
	case CLAUSE_ENABLED:
	case CLAUSE_EVENT:
	case CLAUSE_OBJECT:
	case CLAUSE_STATUS:
	case CLAUSE_MULTIPLIER:
	case CLAUSE_TRIGGER:
	case CLAUSE_DIRECTORY:
	case CLAUSES:
		break;
	}
}

static void
check_label(struct checker *c, struct item *item)
{
	struct label	*label = map_find(c->labels, item->name.text);

	if (label != NULL) {
		warn(c, DIAG_LABEL_AGAIN, item->name.at, item->name.text);
		if (label->last->name.at.off != item->name.at.off ||
		    label->last->name.at.file != item->name.at.file)
			diag_note(c->diags, DIAG_NOTE_FIRST,
			    label->last->name.at, DIAG_NOTHING);
		label->last = item;
		return;
	}
	label = arena_alloc(c->tree->arena, sizeof(*label));
	label->first = label->last = item;
	(void)map_put(c->labels, item->name.text, label);
}

/* Does it wait for something, without saying how long? */
static bool
waits_for_ever(const struct item *item)
{
	uint64_t	steps = 0;

	if (clause_last(item->clauses, CLAUSE_TIMEOUT) != NULL ||
	    clause_last(item->clauses, CLAUSE_TIMEOUT_WINDOW) != NULL)
		return false;
	for (const struct clause *k = item->clauses; k != NULL; k = k->next) {
		const struct clause	*n;

		if (k->kind != CLAUSE_STATE)
			continue;
		n = clause_last(k->block, CLAUSE_MULTIPLIER);
		steps += n == NULL || n->word.number < 2 ? 1 : 2;
		if (steps > 1)
			return true;
	}
	return false;
}

static void
check_sequence(struct checker *c, struct item *item)
{
	const struct span	at = item->name.at;

	if (item->name.text.p == NULL)
		return;				/* the parser has said why */
	if (at.file < c->nlogfiles)
		item->logfile = c->logfiles[at.file];
	check_label(c, item);
	for (struct clause *k = item->clauses; k != NULL; k = k->next)
		check_option(c, k);
	check_repeats(c, item->clauses);
	if (item->broken)
		return;
	item->number = c->nsequences++;
	if (clause_last(item->clauses, CLAUSE_SUBJECT) == NULL)
		error(c, DIAG_SUBJECT_MISSING, at, item->name.text);
	if (clause_last(item->clauses, CLAUSE_STATE) == NULL)
		error(c, DIAG_STATES_MISSING, at, item->name.text);
	else if (waits_for_ever(item))
		warn(c, DIAG_TIMEOUT_MISSING, at, item->name.text);
}

static void
set_logfile(struct checker *c, uint32_t file, const struct item *item)
{
	while (c->nlogfiles <= file) {
		size_t	cap = c->nlogfiles;

		c->logfiles = mem_grow(c->logfiles, &cap, file + 1,
		    sizeof(c->logfiles[0]));
		while (c->nlogfiles < cap)
			c->logfiles[c->nlogfiles++] = NULL;
	}
	c->logfiles[file] = item;
}

static void
check_logfile(struct checker *c, const struct item *item)
{
	const struct slice	name = item->name.text;
	const char		*why = NULL;

	if (item->broken)
		return;
	if (name.n == 0 || slice_is(name, ".") || slice_is(name, ".."))
		why = "it names no file";
	else if (memchr(name.p, '/', name.n) != NULL)
		why = "it must lie in the log directory, so no '/' is allowed";
	else if (name.n > LOGFILE_MAX)
		why = "it is longer than 255 bytes";
	if (why != NULL)
		diag_error(c->diags, DIAG_LOGFILE_NAME, item->name.at, name,
		    slice_str(why));
	set_logfile(c, item->name.at.file,
	    slice_is(name, "bsmtrace.log") ? NULL : item);
}

static void
check_directory(struct checker *c, const struct clause *k)
{
	char	*path;
	int	 why;

	if (c->env->check_dir == NULL)
		return;
	path = xstrndup(k->word.text.p, k->word.text.n);
	why = c->env->check_dir(c->env->arg, path);
	free(path);
	if (why != 0)
		diag_error(c->diags, DIAG_CHANNEL_DIRECTORY, k->word.at,
		    k->word.text, slice_str(strerror(why)));
}

const struct name check_channel_types[] = {
	{ "bsm", CHANNEL_BSM }, { "syslog", CHANNEL_SYSLOG },
	{ "stderr", CHANNEL_STDERR }, { 0 }
};

static void
check_channel(struct checker *c, struct item *item)
{
	const struct name	*type;
	bool			 directory = false;

	if (item->type.text.p == NULL)
		return;				/* the parser has said why */
	type = name_find(check_channel_types, item->type.text);
	if (type == NULL)
		diag_unknown(c->diags, DIAG_CHANNEL_TYPE, item->type.at,
		    item->type.text, check_channel_types);
	for (const struct clause *k = item->clauses; k != NULL; k = k->next) {
		if (k->kind == CLAUSE_DIRECTORY) {
			check_directory(c, k);
			directory = true;
		} else if (type != NULL && type->value != CHANNEL_SYSLOG)
			error(c, DIAG_CHANNEL_PRIORITY, k->at, DIAG_NOTHING);
		else if (!priority_find(k->word.text, &item->priority))
			error(c, DIAG_PRIORITY_UNKNOWN, k->word.at,
			    k->word.text);
	}
	check_repeats(c, item->clauses);
	if (type != NULL && type->value == CHANNEL_BSM && !directory &&
	    !item->broken)
		warn(c, DIAG_CHANNEL_NOWHERE, item->name.at, item->name.text);
	if (c->nchannels == CHANNELS_MAX)
		error(c, DIAG_CHANNEL_MANY, item->name.at, DIAG_NOTHING);
	item->number = c->nchannels++;
	if (c->nchannels <= CHANNELS_MAX)
		(void)map_put(c->channels, item->name.text, item);
}

/* A test belongs to the sequence above it; if there is none, to one below. */
static void
check_test(struct checker *c, struct item *item, bool below)
{
	const struct label	*label;
	struct nearest		 near;
	struct slice		 known;

	if (item->sequence != NULL || item->name.text.p == NULL)
		return;
	if ((label = map_find(c->labels, item->name.text)) != NULL) {
		item->sequence = below ? label->first : label->last;
		return;
	}
	if (!below)
		return;
	nearest_init(&near, item->name.text);
	for (size_t i = 0; i < map_count(c->labels) && diags_wants(c->diags);
	    i++) {
		(void)map_at(c->labels, i, &known);
		nearest_try(&near, known);
	}
	diag_unknown_near(c->diags, DIAG_TEST_RULE, item->name.at, &near);
}

static void
check_item(struct checker *c, struct item *item)
{
	switch (item->kind) {
	case ITEM_SET:
		if (item->name.text.p != NULL)
			sets_define(c->sets, item);
		break;
	case ITEM_SEQUENCE:
		check_sequence(c, item);
		break;
	case ITEM_INCLUDE:
		if (!item->broken)
			set_logfile(c, item->file, NULL);
		break;
	case ITEM_LOGFILE:
		check_logfile(c, item);
		break;
	case ITEM_CHANNEL:
		check_channel(c, item);
		break;
	case ITEM_TEST:
		check_test(c, item, false);
		break;
	}
}

void
check_tree(const struct rules_env *env, struct tree *tree, struct sets *sets,
    struct arena *keep, struct diags *diags)
{
	struct checker	c = {
		.env = env, .tree = tree, .sets = sets, .keep = keep,
		.diags = diags, .labels = map_new(), .channels = map_new(),
	};

	for (enum dialect d = 0; d < DIALECTS; d++) {
		size_t				 n;
		const struct event_name	*rows = names_events(env->names, d, &n);

		for (size_t i = 0; i < n; i++)
			c.classes[d] |= rows[i].classes;
	}
	for (struct item *i = tree->items; i != NULL; i = i->next)
		check_item(&c, i);
	for (struct item *i = tree->items; i != NULL; i = i->next)
		if (i->kind == ITEM_TEST)
			check_test(&c, i, true);
	if (diags_errors(diags) == 0)
		sets_warn_unused(sets);
	map_free(c.labels);
	map_free(c.channels);
	free(c.logfiles);
}
