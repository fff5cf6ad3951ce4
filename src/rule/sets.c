/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sets.c - named and unnamed sets, and what their entries stand for.
 *
 * Names are kept in one map by file and name, so that two look-ups answer what
 * is seen from a place. What the entries stand for is entries.c's business. An
 * extension copies, and all copies together have a limit.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "rule/entries.h"
#include "rule/program.h"

#define RECENT	16u	/* most files have few sets of events */

struct sets {
	struct arena		*arena, *inner;	/* as in struct tree */
	struct diags		*diags;
	uint32_t		 main_file;
	struct map		*visible;	/* file and name to the set */
	struct map		*alike;		/* text of events to the set */
	/* The last one of these that was asked for, by size of its text. */
	struct {
		struct slice	 text;
		struct set	*set;
	}			 recent[RECENT];
	struct entries		*entries;	/* of one set at a time */
	struct set		**all;		/* that have a name */
	size_t			 n, cap;
	uint32_t		 order;
	size_t			 copies;
	struct buf		 scratch;	/* a key of `visible` */
};

static const struct name types[] = {
	{ "auid", SET_AUID }, { "euid", SET_EUID }, { "egid", SET_EGID },
	{ "ruid", SET_RUID }, { "rgid", SET_RGID },
	{ "auditevent", SET_EVENTS }, { "auditclass", SET_CLASSES },
	{ "path", SET_PATH }, { "pcre", SET_PCRE },
	{ "logchannel", SET_CHANNELS }, { "exact", SET_EXACT },
	{ "dir", SET_DIR }, { "glob", SET_GLOB }, { "text", SET_TEXT },
	{ "address", SET_ADDRESS }, { "port", SET_PORT },
	{ "errno", SET_ERRNO }, { "alert", SET_ALERTS }, { 0 }
};					/* in the order of their values */

const char *
set_type_name(enum set_type type)
{
	return types[type].name;
}

#define TYPE_PLACES	32u

/* No two types have the same one: compilers warn of that, as in lex.c. */
#define TYPE_PLACE(first, second, last, n)				\
	(((first) + (second) * 8u + (last) * 3u + (n)) % TYPE_PLACES)
#define T(first, second, last, word, type)				\
	[TYPE_PLACE(first, second, last, sizeof(word) - 1)] = (type) + 1

static const uint8_t type_places[TYPE_PLACES] = {
	T('a', 'u', 'd', "auid", SET_AUID), T('e', 'u', 'd', "euid", SET_EUID),
	T('e', 'g', 'd', "egid", SET_EGID), T('r', 'u', 'd', "ruid", SET_RUID),
	T('r', 'g', 'd', "rgid", SET_RGID),
	T('a', 'u', 't', "auditevent", SET_EVENTS),
	T('a', 'u', 's', "auditclass", SET_CLASSES),
	T('p', 'a', 'h', "path", SET_PATH), T('p', 'c', 'e', "pcre", SET_PCRE),
	T('l', 'o', 'l', "logchannel", SET_CHANNELS),
	T('e', 'x', 't', "exact", SET_EXACT), T('d', 'i', 'r', "dir", SET_DIR),
	T('g', 'l', 'b', "glob", SET_GLOB), T('t', 'e', 't', "text", SET_TEXT),
	T('a', 'd', 's', "address", SET_ADDRESS),
	T('p', 'o', 't', "port", SET_PORT),
	T('e', 'r', 'o', "errno", SET_ERRNO),
	T('a', 'l', 't', "alert", SET_ALERTS),
};
#undef T

enum set_type
set_type_find(struct slice word)
{
	unsigned	place;

	if (word.n < 2)
		return SET_TYPES;
	place = type_places[TYPE_PLACE(word.p[0], word.p[1],
	    word.p[word.n - 1], word.n)];
	return place != 0 && slice_is(word, types[place - 1].name) ?
	    (enum set_type)(place - 1) : SET_TYPES;
}

bool
set_type_is_old(enum set_type type)
{
	return type <= SET_CHANNELS;
}

bool
set_type_is_user(enum set_type type)
{
	return type == SET_AUID || type == SET_EUID || type == SET_RUID;
}

bool
set_type_is_group(enum set_type type)
{
	return type == SET_EGID || type == SET_RGID;
}

bool
set_is_together(const struct set *set, struct slice *all)
{
	const struct slice	*w = set->words;
	const uint8_t		*end;

	if (set->nwords == 0)
		return false;
	end = w[0].p + w[0].n;
	for (size_t i = 1; i < set->nwords; i++) {
		if (w[i].p != end + 2 || end[0] != ',' || end[1] != ' ')
			return false;
		end = w[i].p + w[i].n;
	}
	*all = (struct slice){ w[0].p, (size_t)(end - w[0].p) };
	return true;
}

struct sets *
sets_new(const struct names *names, const struct accounts *accounts,
    const struct tree *tree, struct diags *diags)
{
	struct sets	*s = xcalloc(1, sizeof(*s));

	s->arena = tree->arena;
	s->inner = tree->inner;
	s->diags = diags;
	s->main_file = tree->file;
	s->visible = map_new();
	s->alike = map_new();
	s->entries = entries_new(names, accounts, s->arena, diags);
	return s;
}

void
sets_free(struct sets *s)
{
	if (s == NULL)
		return;
	map_free(s->visible);
	map_free(s->alike);
	entries_free(s->entries);
	buf_fini(&s->scratch);
	free(s->all);
	free(s);
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

/* Numbers, a range of them, an address? */
static bool
is_value(struct slice s)
{
	static const char	bytes[] = "0123456789abcdefx.:/";

	for (size_t i = 0; i < s.n; i++)
		if (memchr(bytes, s.p[i], sizeof(bytes) - 1) == NULL)
			return false;
	return s.n > 0 && s.n < 64 && s.p[0] >= '0' && s.p[0] <= '9';
}

/*
 * Perhaps an operator was meant, or an event, a port or an address without a
 * set around it.
 */
static void
note_meaning(struct sets *s, const struct lexeme *name)
{
	struct buf	 text = { 0 };
	const uint8_t	*p = name->text.p;
	const size_t	 n = name->text.n;

	if (name->quoted)
		return;
	if (n > 4 && n < 64 && memcmp(p, "AUE_", 4) == 0) {
		buf_str(&text, "<auditevent> { ");
		buf_slice(&text, name->text);
		buf_str(&text, "; }");
		diag_note(s->diags, DIAG_NOTE_WRITE, name->at,
		    buf_bytes(&text));
	} else if (is_value(name->text)) {
		buf_str(&text, "{ ");
		buf_slice(&text, name->text);
		buf_str(&text, "; }");
		diag_note(s->diags, DIAG_NOTE_WRITE, name->at,
		    buf_bytes(&text));
	} else if (n > 2 && p[1] == '=' && (p[0] == '=' || p[0] == '!'))
		diag_note(s->diags, DIAG_NOTE_BLANK, name->at, DIAG_NOTHING);
	buf_fini(&text);
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
	note_meaning(s, name);
	return NULL;
}

/* Copy the entries of another set as they are now. */
static void
extend(struct sets *s, const struct set *set, const struct lexeme *name)
{
	struct set	*from = find_or_report(s, name);

	if (from == NULL || from->broken || from->taken_by == set->order)
		return;
	if (from->type != set->type) {
		diag_error(s->diags, DIAG_SET_MISMATCH, name->at,
		    slice_str(set_type_name(set->type)),
		    slice_str(set_type_name(from->type)));
		return;
	}
	from->taken_by = set->order;
	if (from->nwords > SETS_COPIES_MAX - s->copies) {
		diag_error(s->diags, DIAG_SET_LARGE, name->at, DIAG_NOTHING,
		    DIAG_NOTHING);
		return;
	}
	s->copies += from->nwords;
	entries_copy(s->entries, from);
}

static struct set *
set_new(struct sets *s, struct arena *arena)
{
	struct set	*set = arena_alloc(arena, sizeof(*set));

	set->order = ++s->order;
	set->index[0] = set->index[1] = set->match = PROGRAM_NONE;
	return set;
}

/* The entries of a set that has its type. */
static struct set *
set_fill(struct sets *s, struct arena *arena, struct set *set,
    const struct body_node *body)
{
	const size_t	errors = diags_errors(s->diags);

	entries_begin(s->entries, set, arena);
	for (const struct entry_node *e = body->entries; e != NULL;
	    e = e->next)
		if (e->kind == ENTRY_SET)
			extend(s, set, &e->word);
		else
			entries_add(s->entries, &e->word);
	set->flawed = diags_errors(s->diags) > errors;
	entries_settle(s->entries);
	return set;
}

static struct set *
set_make(struct sets *s, struct arena *arena, const struct body_node *body)
{
	struct set	*set = set_new(s, arena);

	set->broken = true;
	if (body == NULL || body->type.text.p == NULL)
		return set;			/* the parser has said why */
	set->at = body->type.at;
	if (body->known == SET_TYPES) {
		diag_unknown(s->diags, DIAG_TYPE_UNKNOWN, set->at,
		    body->type.text, types);
		return set;
	}
	set->type = body->known;
	set->broken = false;
	return set_fill(s, arena, set, body);
}

void
sets_define(struct sets *s, const struct item *item)
{
	struct set	*set = set_make(s, s->arena, item->body);
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

/* The text of a set without other sets in it, up to its last entry. */
static bool
text_of(const struct sets *s, const struct body_node *body, struct slice *text)
{
	const struct span	 from = body->type.at;
	struct span		 to = from;

	for (const struct entry_node *e = body->entries; e != NULL;
	    e = e->next) {
		if (e->kind == ENTRY_SET)
			return false;
		to = e->word.at;
	}
	if (to.file != from.file || to.off <= from.off)
		return false;
	text->p = diags_text(s->diags, from.file).p + from.off;
	text->n = to.off + to.n - from.off;
	return true;
}

/* A set of events with this text; most often one of those found last. */
static struct set *
find_alike(struct sets *s, struct slice text)
{
	const size_t	 at = text.n % RECENT;
	struct set	*set;

	if (s->recent[at].set != NULL && slice_eq(s->recent[at].text, text))
		return s->recent[at].set;
	if ((set = map_find(s->alike, text)) == NULL)
		return NULL;
	s->recent[at].text = text;	/* of a file, which stays */
	s->recent[at].set = set;
	return set;
}

/*
 * A set without a name. The same few sets of events stand in very many rules:
 * one that is written as another was, about which there was nothing to say, is
 * that other one.
 */
static struct set *
set_unnamed(struct sets *s, const struct body_node *body)
{
	const size_t	 said = diags_errors(s->diags) +
	    diags_warnings(s->diags);
	struct slice	 text = { 0 };
	struct set	*set;
	const bool	 events = body->known == SET_EVENTS ||
	    body->known == SET_CLASSES;

	if (!events || !text_of(s, body, &text))
		return set_make(s, s->inner, body);
	if ((set = find_alike(s, text)) != NULL)
		return set;
	set = set_make(s, s->arena, body);
	if (diags_errors(s->diags) + diags_warnings(s->diags) == said)
		(void)map_put(s->alike, text, set);
	return set;
}

struct set *
sets_take(struct sets *s, const struct ref_node *ref, enum set_type untyped)
{
	const struct body_node	*body = ref->body;
	struct set		*set;

	if (body == NULL)
		return find_or_report(s, &ref->name);
	if (body->type.text.p != NULL || untyped == SET_TYPES)
		return set_unnamed(s, body);
	set = set_new(s, s->inner);
	set->at = body->type.at;
	set->type = untyped;
	return set_fill(s, s->inner, set, body);
}

void
sets_warn_unused(const struct sets *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->all[i]->used)
			diag_warn(s->diags, DIAG_SET_UNUSED, s->all[i]->at,
			    s->all[i]->name, DIAG_NOTHING);
}
