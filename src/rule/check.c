/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.c - names, types, and rules that cannot work.
 *
 * Statements come one by one, in the order in which they were read, since a
 * name means what was defined before it. What is found is written into the
 * tree. A broken statement is checked as far as it goes, but not blamed for
 * what it lacks. Only who waits for whose alert has to wait for the end.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/tzif.h"
#include "rule/checker.h"

void
checker_error(struct checker *c, enum diag id, struct span at,
    struct slice one)
{
	diag_error(c->diags, id, at, one, DIAG_NOTHING);
}

void
checker_warn(struct checker *c, enum diag id, struct span at, struct slice one)
{
	diag_warn(c->diags, id, at, one, DIAG_NOTHING);
}

/* That old words have a meaning now is said in files of old words only. */
static const enum diag olds[] = {
	DIAG_OLD_SCOPE, DIAG_OLD_SERIAL, DIAG_OLD_WINDOW
};
_Static_assert(sizeof(olds) / sizeof(olds[0]) <= DIAGS_SPARE,
    "all that may have to be withdrawn");

/* Say so once. It is withdrawn if the file has new words further on. */
static void
warn_old(struct checker *c, enum diag id, const struct clause *clause,
    bool *said)
{
	if (!*said && !c->tree->second)
		checker_warn(c, id, clause->at, DIAG_NOTHING);
	*said = true;
}

struct slice
checker_written(const struct checker *c, struct span at)
{
	return (struct slice){
		diags_text(c->diags, at.file).p + at.off, at.n
	};
}

void
checker_number(struct checker *c, uint64_t n, struct span at, uint64_t max)
{
	struct buf	text = { 0 };

	if (n <= max)
		return;
	buf_dec(&text, max);
	diag_error(c->diags, DIAG_NUMBER_LARGE, at, checker_written(c, at),
	    buf_bytes(&text));
	buf_fini(&text);
}

/* The same of a word that is a number. */
void
checker_number_word(struct checker *c, const struct lexeme *word, uint64_t max)
{
	checker_number(c, lex_number(word), word->at, max);
}

/* Names of directories that systems have. */
static const struct name directories[] = {
	{ "bin", 0 }, { "boot", 0 }, { "cache", 0 }, { "dev", 0 },
	{ "etc", 0 }, { "home", 0 }, { "lib", 0 }, { "lib64", 0 },
	{ "libexec", 0 }, { "local", 0 }, { "log", 0 }, { "mnt", 0 },
	{ "opt", 0 }, { "private", 0 }, { "proc", 0 }, { "root", 0 },
	{ "run", 0 }, { "sbin", 0 }, { "share", 0 }, { "shm", 0 },
	{ "spool", 0 }, { "srv", 0 }, { "tmp", 0 }, { "usr", 0 },
	{ "var", 0 }, { 0 }
};

/* Which lengths such names have, by their first byte: most paths have none. */
static void
note_directories(struct checker *c)
{
	for (const struct name *d = directories; d->name != NULL; d++)
		c->lengths[(uint8_t)d->name[0]] |= (uint8_t)(1u <<
		    strlen(d->name));
}

#define NAME_END	8u	/* bytes of a word; no such name has them */

/*
 * How long is what follows the last slash of a path? NAME_END: too long, or
 * there is none.
 */
static size_t
last_size(struct slice path)
{
	const uint64_t	 low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t	 other, slashes;
	size_t		 n = 0;

	if (path.n < NAME_END) {
		while (n < path.n && path.p[path.n - 1 - n] != '/')
			n++;
		return n == path.n ? NAME_END : n;
	}
	other = le64(path.p + path.n - NAME_END) ^ UINT64_C(0x2f2f2f2f2f2f2f2f);
	slashes = ~(((other & low) + low) | other | low);
	return slashes == 0 ? NAME_END :
	    (unsigned)__builtin_clzll(slashes) / 8;
}

/* Does a path end with the name of such a directory? */
static bool
ends_in_directory(const struct checker *c, struct slice path)
{
	const size_t	 n = last_size(path);
	struct slice	 last;

	if (n == 0 || n == NAME_END)
		return false;
	last = slice_from(path, path.n - n);
	return (c->lengths[last.p[0]] >> n & 1) != 0 &&
	    name_find(directories, last) != NULL;
}

/*
 * A prefix knows nothing of path components. Files rely on that, and what was
 * meant cannot be told; but /bin was hardly meant to be /binary too. Once for
 * a set.
 */
static void
warn_prefix(struct checker *c, struct set *set)
{
	if (set->type != SET_PATH || set->said_prefix || c->tree->where)
		return;
	set->said_prefix = true;
	for (size_t i = 0; i < set->nwords; i++)
		if (ends_in_directory(c, set->words[i])) {
			checker_warn(c, DIAG_PATH_INSIDE, set->at,
			    set->words[i]);
			return;
		}
}

void
checker_set(struct checker *c, struct ref_node *ref, const struct use *use)
{
	struct set	*set = sets_take(c->sets, ref, use->untyped);

	if (set == NULL || set->broken)
		return;
	ref->set = set;
	if (!use->fits(set->type))
		diag_error(c->diags, DIAG_TYPE_WRONG, ref->body != NULL ?
		    ref->body->type.at : ref->name.at,
		    slice_str(set_type_name(set->type)), slice_str(use->what));
	else
		warn_prefix(c, set);
}

/* What may be given several times, each counting. */
#define REPEATS								\
	(CLAUSE_BIT(CLAUSE_STATE) | CLAUSE_BIT(CLAUSE_LOG) |		\
	CLAUSE_BIT(CLAUSE_CANCEL) | CLAUSE_BIT(CLAUSE_EXCEPT) |		\
	CLAUSE_BIT(CLAUSE_PREDICATE) | CLAUSE_BIT(CLAUSE_BIND))

void
checker_repeats(struct checker *c, const struct clause *block)
{
	uint64_t	seen = 0, any = 0, set = 0, again = 0;

	for (const struct clause *k = block; k != NULL; k = k->next) {
		again |= seen & CLAUSE_BIT(k->kind);
		seen |= CLAUSE_BIT(k->kind);
	}
	if ((again & ~REPEATS) == 0)
		return;
	for (seen = 0; block != NULL; block = block->next) {
		const uint64_t	bit = CLAUSE_BIT(block->kind) & ~REPEATS;

		any |= block->any ? bit : 0;
		set |= block->ref != NULL ? bit : 0;
		if ((seen & any & set & bit) != 0)
			checker_warn(c, DIAG_ANY_STAYS, block->at,
			    checker_written(c, block->at));
		else if ((seen & bit) != 0)
			checker_warn(c, DIAG_OPTION_AGAIN, block->at,
			    checker_written(c, block->at));
		seen |= bit;
	}
}

static bool
is_subject(enum set_type type)
{
	return set_type_is_user(type) || set_type_is_group(type);
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
		checker_warn(c, DIAG_SCOPE_THREAD, clause->word.at,
		    DIAG_NOTHING);
}

enum rule_field
checker_scope(const struct checker *c)
{
	const struct clause	*k = c->scope;

	if (k == NULL || slice_is(k->word.text, "global"))
		return FIELDS;
	return slice_is(k->word.text, "session") ? FIELD_SESSION : FIELD_PID;
}

static void
check_by(struct checker *c, const struct clause *clause)
{
	const enum rule_field	own = checker_scope(c);

	if (clause->none)
		return;
	checker_fields(c, clause->fields, clause->nfields, "by");
	for (size_t i = 0; i < clause->nfields; i++)
		if (clause->fields[i].field == own)
			checker_error(c, DIAG_KEY_AGAIN, clause->fields[i].at,
			    slice_str(field_rows[own].word));
}

static void
check_option(struct checker *c, struct clause *clause)
{
	static const struct use	subjects = {
		is_subject, SET_TYPES,
		"'auid', 'euid', 'egid', 'ruid' or 'rgid'"
	};

	switch (clause->kind) {
	case CLAUSE_SUBJECT:
		if (clause->ref != NULL)
			checker_set(c, clause->ref, &subjects);
		break;
	case CLAUSE_PRIORITY:
		checker_number_word(c, &clause->word, INT32_MAX);
		break;
	case CLAUSE_SERIAL:
		warn_old(c, DIAG_OLD_SERIAL, clause, &c->said_serial);
		checker_number_word(c, &clause->word, UINT32_MAX);
		break;
	case CLAUSE_SCOPE:
		check_scope(c, clause);
		break;
	case CLAUSE_TIMEOUT_WINDOW:
		if (clause->seconds > 0)
			warn_old(c, DIAG_OLD_WINDOW, clause, &c->said_window);
		break;
	case CLAUSE_TIMEOUT_PROB:
		checker_number_word(c, &clause->word, UINT32_MAX);
		if (lex_number(&clause->word) > 100)
			checker_warn(c, DIAG_PROB_LARGE, clause->word.at,
			    DIAG_NOTHING);
		break;
	case CLAUSE_LOG:
		checker_log(c, clause);
		break;
	case CLAUSE_BY:
		check_by(c, clause);
		break;
	case CLAUSE_COOLDOWN:
		if (clause->seconds == 0)
			checker_error(c, DIAG_TIME_ZERO, clause->at,
			    checker_written(c, clause->at));
		break;
	case CLAUSE_TIMEOUT:
	case CLAUSE_ZONE:
	case CLAUSE_DESCRIPTION:
	case CLAUSE_TAGS:
	case CLAUSE_REFERENCE:
	case CLAUSE_REMEDY:
	case CLAUSE_ENABLED:
	case CLAUSE_ACROSS:
	case CLAUSE_ORDER:
	case CLAUSE_STRICT:
	/* With all that stands in them: check_state.c. */
	case CLAUSE_STATE:
	case CLAUSE_CANCEL:
	case CLAUSE_EXCEPT:
	/* These stand elsewhere. */
	case CLAUSE_EVENT:
	case CLAUSE_OBJECT:
	case CLAUSE_STATUS:
	case CLAUSE_MULTIPLIER:
	case CLAUSE_TRIGGER:
	case CLAUSE_PREDICATE:
	case CLAUSE_WITHIN:
	case CLAUSE_ABSENT:
	case CLAUSE_BIND:
	case CLAUSE_BLOCK:
	case CLAUSE_PATH_CACHE:
	case CLAUSE_TIMEZONE:
	case CLAUSE_DIRECTORY:
	case CLAUSES:
		break;
	}
}

static void
check_label(struct checker *c, struct item *item)
{
	struct label	*fresh = arena_alloc(c->tree->arena, sizeof(*fresh));
	struct label	*label;
	struct same	*same;

	fresh->number = map_count(c->labels);
	fresh->first = fresh->last = item;
	fresh->all.item = item;
	fresh->tail = &fresh->all.next;
	fresh->n = 1;
	if ((label = map_add(c->labels, item->name.text, fresh)) == NULL)
		return;
	checker_warn(c, DIAG_LABEL_AGAIN, item->name.at, item->name.text);
	if (label->last->name.at.off != item->name.at.off ||
	    label->last->name.at.file != item->name.at.file)
		diag_note(c->diags, DIAG_NOTE_FIRST, label->last->name.at,
		    DIAG_NOTHING);
	label->last = item;
	same = arena_alloc(c->tree->arena, sizeof(*same));
	same->item = item;
	*label->tail = same;
	label->tail = &same->next;
	label->n++;
}

/*
 * Does it wait for something, without saying how long? The first record is
 * waited for by nobody; an absence ends by itself.
 */
static bool
waits_for_ever(const struct item *item)
{
	bool	first = true;

	if (item_has(item, CLAUSE_TIMEOUT) ||
	    item_has(item, CLAUSE_TIMEOUT_WINDOW))
		return false;
	for (const struct clause *k = item->clauses; k != NULL; k = k->next) {
		const struct clause	*n;

		if (k->kind != CLAUSE_STATE)
			continue;
		n = clause_last(k->block, CLAUSE_MULTIPLIER);
		if (n != NULL && lex_number(&n->word) > 1 &&
		    (n->count == NULL || !n->count->has_window))
			return true;
		if (!first && clause_last(k->block, CLAUSE_WITHIN) == NULL &&
		    clause_last(k->block, CLAUSE_ABSENT) == NULL)
			return true;
		first = false;
	}
	return false;
}

/* Look up once what many clauses ask for. */
static void
begin_sequence(struct checker *c, const struct item *item)
{
	c->item = item;
	c->subject = item_clause(item, CLAUSE_SUBJECT);
	c->scope = item_clause(item, CLAUSE_SCOPE);
	c->by = item_clause(item, CLAUSE_BY);
	c->timeout = item_clause(item, CLAUSE_TIMEOUT);
	c->order = item_clause(item, CLAUSE_ORDER);
	c->absent_s = 0;
	c->new_life = item->new_life;
}

static bool
is_enabled(const struct item *item)
{
	const struct clause	*k = item_clause(item, CLAUSE_ENABLED);

	return k == NULL || slice_is(k->word.text, "yes");
}

static void
check_sequence(struct checker *c, struct item *item)
{
	const struct span	at = item->name.at;

	if (item->name.text.p == NULL)
		return;				/* the parser has said why */
	if (at.file < c->nlogfiles)
		item->logfile = c->logfiles[at.file];
	item->new_life = checker_new_life(item);
	begin_sequence(c, item);
	item->enabled = is_enabled(item);
	check_label(c, item);
	for (struct clause *k = item->clauses; k != NULL; k = k->next)
		check_option(c, k);
	checker_states(c);
	checker_repeats(c, item->clauses);
	if (item->broken)
		return;
	item->number = c->nsequences++;
	if (c->subject == NULL)
		checker_error(c, DIAG_SUBJECT_MISSING, at, item->name.text);
	if (!item_has(item, CLAUSE_STATE))
		checker_error(c, DIAG_STATES_MISSING, at, item->name.text);
	else if (waits_for_ever(item))
		checker_warn(c, DIAG_TIMEOUT_MISSING, at, item->name.text);
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
	if (!below) {
		c->waiting = true;
		return;
	}
	nearest_init(&near, item->name.text);
	for (size_t i = 0; i < map_count(c->labels) && diags_wants(c->diags);
	    i++) {
		(void)map_at(c->labels, i, &known);
		nearest_try(&near, known);
	}
	diag_unknown_near(c->diags, DIAG_TEST_RULE, item->name.at, &near);
}

static void
check_path_cache(struct checker *c, const struct clause *k)
{
	static const struct name	kinds[] = {
		{ "classic", PATH_CACHE_CLASSIC },
		{ "follow", PATH_CACHE_FOLLOW }, { "off", PATH_CACHE_OFF },
		{ 0 }
	};
	const struct name		*kind = name_find(kinds, k->word.text);

	if (kind == NULL)
		diag_unknown(c->diags, DIAG_PATH_CACHE_UNKNOWN, k->word.at,
		    k->word.text, kinds);
	else
		c->tree->path_cache = (enum path_cache)kind->value;
}

/* The zone lives in the arena of the program. */
static void
check_timezone(struct checker *c, const struct clause *k)
{
	struct buf	 bytes = { 0 };
	const char	*why = "there are no time zones here";
	char		*name;
	int		 error;

	if (c->env->zone != NULL) {
		name = xstrndup(k->word.text.p, k->word.text.n);
		error = c->env->zone(c->env->arg, name, &bytes);
		free(name);
		c->tree->timezone = NULL;
		if (error != 0)
			why = strerror(error);
		else
			c->tree->timezone = tzif_read(c->keep,
			    buf_bytes(&bytes), &why);
	}
	if (c->tree->timezone == NULL)
		diag_error(c->diags, DIAG_TIMEZONE_UNKNOWN, k->word.at,
		    k->word.text, slice_str(why));
	buf_fini(&bytes);
}

/* Options hold for everything, wherever they stand: the last one counts. */
static void
check_options(struct checker *c, const struct item *item)
{
	for (const struct clause *k = item->clauses; k != NULL; k = k->next) {
		bool	*seen = k->kind == CLAUSE_PATH_CACHE ?
		    &c->has_path_cache : &c->has_timezone;

		if (*seen)
			checker_warn(c, DIAG_OPTION_AGAIN, k->at,
			    checker_written(c, k->at));
		*seen = true;
		if (k->kind == CLAUSE_PATH_CACHE)
			check_path_cache(c, k);
		else
			check_timezone(c, k);
	}
}

void
check_item(struct checker *c, struct item *item)
{
	item->kinds = clause_kinds(item->clauses);
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
			checker_set_logfile(c, item->file, NULL);
		break;
	case ITEM_LOGFILE:
		checker_logfile(c, item);
		break;
	case ITEM_CHANNEL:
		checker_channel(c, item);
		break;
	case ITEM_TEST:
		check_test(c, item, false);
		break;
	case ITEM_OPTIONS:
		check_options(c, item);
		break;
	}
}

struct checker *
check_new(const struct rules_env *env, struct tree *tree, struct sets *sets,
    struct arena *keep, struct diags *diags)
{
	struct checker	*c = xcalloc(1, sizeof(*c));

	c->env = env;
	c->tree = tree;
	c->sets = sets;
	c->keep = keep;
	c->diags = diags;
	c->labels = map_new();
	c->channels = map_new();
	note_directories(c);
	for (enum dialect d = 0; d < DIALECTS; d++) {
		size_t				 n;
		const struct event_name	*rows = names_events(env->names, d, &n);

		for (size_t i = 0; i < n; i++)
			c->classes[d] |= rows[i].classes;
	}
	return c;
}

bool
check_looks_back(const struct checker *c)
{
	return c->nawaits > 0;
}

void
check_end(struct checker *c)
{
	const bool	second = c->tree->second;

	for (struct item *i = c->waiting ? c->tree->items : NULL; i != NULL;
	    i = i->next)
		if (i->kind == ITEM_TEST)
			check_test(c, i, true);
	checker_alerts(c);
	for (size_t i = 0; i < sizeof(olds) / sizeof(olds[0]) && second; i++)
		diags_withdraw(c->diags, olds[i]);
	if (diags_errors(c->diags) == 0)
		sets_warn_unused(c->sets);
}

void
check_free(struct checker *c)
{
	if (c == NULL)
		return;
	map_free(c->labels);
	map_free(c->channels);
	free(c->logfiles);
	free(c->awaits);
	free(c);
}
