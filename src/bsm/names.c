/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.c - audit events and classes, a table for each dialect.
 *
 * Built-in tables are constants: at start the system's loader sets their
 * pointers, which takes a fifth of a millisecond. Text that replaces one is
 * read once into the same form: rows in the order of the text, and sorted keys,
 * in which a number or name has only its first row. Rows are kept as long as
 * the names they belong to, so nobody's borrowed row goes away when a table is
 * replaced.
 *
 * The text means what it means to OpenBSM, which bsmtrace 3.1 asked: empty
 * fields do not count, so that those behind them move up; one unknown class
 * takes an event out of all its classes; of a list with the prefixes of audit
 * flags (+ - ^) the success half is used.
 *
 * OpenBSM's limits are not kept. It passes over events with a name of 30 bytes
 * or a text of 50, and takes what is behind 255 bytes for another line. No line
 * of its own tables is that long, so no alert by these tables is different;
 * but illumos has such lines, and a limit would only make their events unknown.
 */
#include "bsm/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "bsm/tables.h"

/* Events and classes of one text: twice as many as there are event numbers. */
#define NAMES_ROWS_MAX	(1u << 17)

struct names {
	struct names_table	 tables[DIALECTS];
	struct arena		*arena;		/* what was read from text */
	enum dialect		 bsd;
};

/* A text on its way to a table. */
struct loader {
	struct arena		*arena;
	struct names_table	*table;
	bool			 trim;		/* blanks around a line */
	unsigned		 line;
	names_bad_fn		 on_bad;
	void			*arg;
	struct class_name	*classes;
	struct event_name	*events;
	size_t			 nclasses, nevents;
	size_t			 class_cap, event_cap;
};

static const char *const dialect_names[DIALECTS] = {
	[DIALECT_FREEBSD] = "freebsd",
	[DIALECT_MACOS] = "macos",
	[DIALECT_SOLARIS] = "solaris",
};

/* The order of the name keys: by bytes, and the shorter one first. */
static int
name_cmp(struct slice a, const char *b)
{
	const size_t	n = strlen(b);
	const size_t	shorter = a.n < n ? a.n : n;
	const int	cmp = shorter == 0 ? 0 : memcmp(a.p, b, shorter);

	return cmp != 0 ? cmp : (a.n > n) - (a.n < n);
}

static const struct name_key *
name_find(const struct name_key *keys, size_t n, struct slice name)
{
	size_t	lo = 0, hi = n;

	while (lo < hi) {
		const size_t	mid = lo + (hi - lo) / 2;
		const int	cmp = name_cmp(name, keys[mid].name);

		if (cmp == 0)
			return &keys[mid];
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static const struct class_name *
class_find(const struct names_table *t, struct slice name)
{
	const struct name_key	*key;

	key = name_find(t->class_names, t->nclass_names, name);
	return key == NULL ? NULL : &t->classes[key->row];
}

static void
bad(const struct loader *l, const char *why)
{
	if (l->on_bad != NULL)
		l->on_bad(l->arg, l->line, why);
}

static struct slice
skip(struct slice s, size_t n)
{
	return (struct slice){ s.p + n, s.n - n };
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct slice
skip_blanks(struct slice s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = skip(s, 1);
	return s;
}

/*
 * Take the next line that says something: comments (`#` in the first column)
 * and empty lines are passed over. False at the end of the text.
 */
static bool
line_next(struct loader *l, struct slice *text, struct slice *line)
{
	while (text->n > 0) {
		const uint8_t	*end = memchr(text->p, '\n', text->n);

		*line = *text;
		if (end != NULL)
			line->n = (size_t)(end - text->p);
		*text = skip(*text, line->n + (end != NULL));
		l->line++;
		if (line->n > 0 && line->p[line->n - 1] == '\r')
			line->n--;
		if (l->trim) {
			*line = skip_blanks(*line);
			while (line->n > 0 && is_blank(line->p[line->n - 1]))
				line->n--;
		}
		if (line->n > 0 && line->p[0] != '#')
			return true;
	}
	return false;
}

/* Take what stands before the next DELIM. Empty fields do not count. */
static bool
field_next(struct slice *rest, uint8_t delim, struct slice *field)
{
	const uint8_t	*end;

	while (rest->n > 0 && rest->p[0] == delim)
		*rest = skip(*rest, 1);
	if (rest->n == 0)
		return false;
	*field = *rest;
	if ((end = memchr(rest->p, delim, rest->n)) != NULL)
		field->n = (size_t)(end - rest->p);
	*rest = skip(*rest, field->n);
	return true;
}

/* Does an empty field make others move up? */
static bool
has_empty_field(struct slice line)
{
	for (size_t i = 0; i + 1 < line.n; i++)
		if (line.p[i] == ':' && (i == 0 || line.p[i + 1] == ':'))
			return true;
	return false;
}

/* A number without a sign, as strtoull(3) reads it, and nothing behind it. */
static bool
number_of(struct slice s, int base, uint64_t max, uint64_t *value)
{
	char			 digits[80];	/* 64 bits in octal and more */
	char			*end;
	unsigned long long	 v;

	s = skip_blanks(s);
	if (s.n == 0 || s.n >= sizeof(digits) || s.p[0] < '0' || s.p[0] > '9')
		return false;
	memcpy(digits, s.p, s.n);
	digits[s.n] = '\0';
	errno = 0;
	v = strtoull(digits, &end, base);
	if (errno != 0 || *end != '\0' || v > max)
		return false;
	*value = v;
	return true;
}

static bool
take_prefix(struct slice *s, char c)
{
	if (s->n == 0 || s->p[0] != (uint8_t)c)
		return false;
	*s = skip(*s, 1);
	return true;
}

/*
 * The success half of a list of audit flags; nothing when one is unknown. That
 * is not reported: OpenBSM's own table has two such lines (6214 and 6215).
 */
static uint64_t
classes_of(const struct names_table *t, struct slice list)
{
	uint64_t	 mask = 0;
	struct slice	 flag;

	while (field_next(&list, ',', &flag)) {
		const bool		 clear = take_prefix(&flag, '^');
		const bool		 success = take_prefix(&flag, '+');
		const bool		 failure = !success &&
		    take_prefix(&flag, '-');
		const struct class_name	*c = class_find(t, flag);

		if (c == NULL)
			return 0;
		if (failure)
			continue;
		mask = clear ? mask & ~c->mask : mask | c->mask;
	}
	return mask;
}

/* class := MASK ":" NAME ":" TEXT */
static void
class_take(struct loader *l, struct slice line)
{
	struct slice		 mask, name, text;
	struct class_name	*c;
	uint64_t		 bits;

	if (!field_next(&line, ':', &mask) || !field_next(&line, ':', &name) ||
	    !field_next(&line, ':', &text)) {
		bad(l, "a class needs a mask, a name and a text");
		return;
	}
	if (!number_of(mask, 0, UINT64_MAX, &bits)) {
		bad(l, "the mask of a class is a number of up to 64 bits");
		return;
	}
	l->classes = mem_grow(l->classes, &l->class_cap, l->nclasses + 1,
	    sizeof(*l->classes));
	c = &l->classes[l->nclasses++];
	c->mask = bits;
	c->name = arena_str(l->arena, name);
	c->text = arena_str(l->arena, text);
}

/* event := NUMBER ":" NAME [":" TEXT [":" FLAGS]] */
static void
event_take(struct loader *l, struct slice line)
{
	struct slice		 number, name, text = { 0 }, flags = { 0 };
	struct event_name	*e;
	uint64_t		 value;

	if (!field_next(&line, ':', &number) ||
	    !field_next(&line, ':', &name)) {
		bad(l, "an event needs a number and a name");
		return;
	}
	if (!number_of(number, 10, UINT16_MAX, &value)) {
		bad(l, "the number of an event is one from 0 to 65535");
		return;
	}
	if (field_next(&line, ':', &text))
		(void)field_next(&line, ':', &flags);	/* none is no class */
	l->events = mem_grow(l->events, &l->event_cap, l->nevents + 1,
	    sizeof(*l->events));
	e = &l->events[l->nevents++];
	e->number = (uint16_t)value;
	e->name = arena_str(l->arena, name);
	e->text = arena_str(l->arena, text);
	e->classes = classes_of(l->table, flags);
}

/* Give each line of TEXT to TAKE; *ROWS is how many it has taken. */
static void
lines_take(struct loader *l, struct slice text, const size_t *rows,
    void (*take)(struct loader *, struct slice))
{
	struct slice	line;

	l->line = 0;
	while (line_next(l, &text, &line)) {
		if (*rows == NAMES_ROWS_MAX) {
			bad(l, "too many lines: the rest is not read");
			return;
		}
		if (memchr(line.p, '\0', line.n) != NULL) {
			bad(l, "a NUL byte in a line of text");
			continue;
		}
		if (has_empty_field(line))
			bad(l, "an empty field: what is behind it moves up");
		take(l, line);
	}
}

/* Rows break the tie, so that the first one comes first. */
static int
name_key_cmp(const void *a, const void *b)
{
	const struct name_key	*x = a, *y = b;
	const int		 cmp = strcmp(x->name, y->name);

	return cmp != 0 ? cmp : (x->row > y->row) - (x->row < y->row);
}

static int
number_key_cmp(const void *a, const void *b)
{
	const struct number_key	*x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Sort the keys and keep the first of each name. Returns how many stay. */
static size_t
name_keys_sort(struct name_key *keys, size_t n)
{
	size_t	kept = 0;

	qsort(keys, n, sizeof(*keys), name_key_cmp);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(keys[i].name, keys[kept - 1].name) != 0)
			keys[kept++] = keys[i];
	return kept;
}

static size_t
number_keys_sort(struct number_key *keys, size_t n)
{
	size_t	kept = 0;

	qsort(keys, n, sizeof(*keys), number_key_cmp);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || keys[i].number != keys[kept - 1].number)
			keys[kept++] = keys[i];
	return kept;
}

/* The classes are all there: put them into the table, with their keys. */
static void
classes_finish(struct loader *l)
{
	const size_t	 n = l->nclasses;
	struct name_key	*names;

	if (n == 0)
		return;
	names = arena_array(l->arena, n, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = (struct name_key){ l->classes[i].name, (uint32_t)i };
	l->table->classes = arena_copy(l->arena, l->classes,
	    n * sizeof(*l->classes));
	l->table->nclasses = n;
	l->table->class_names = names;
	l->table->nclass_names = name_keys_sort(names, n);
}

static void
events_finish(struct loader *l)
{
	const size_t		 n = l->nevents;
	const struct event_name	*e = l->events;
	struct name_key		*names;
	struct number_key	*numbers;

	if (n == 0)
		return;
	names = arena_array(l->arena, n, sizeof(*names));
	numbers = arena_array(l->arena, n, sizeof(*numbers));
	for (size_t i = 0; i < n; i++) {
		names[i] = (struct name_key){ e[i].name, (uint32_t)i };
		numbers[i] = (struct number_key){ e[i].number, (uint32_t)i };
	}
	l->table->events = arena_copy(l->arena, e, n * sizeof(*e));
	l->table->nevents = n;
	l->table->event_names = names;
	l->table->nevent_names = name_keys_sort(names, n);
	l->table->event_numbers = numbers;
	l->table->nevent_numbers = number_keys_sort(numbers, n);
}

struct names *
names_new(void)
{
	struct names	*n = xcalloc(1, sizeof(*n));

	memcpy(n->tables, tables_builtin, sizeof(n->tables));
	n->bsd = DIALECT_FREEBSD;
	return n;
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	arena_free(n->arena);
	free(n);
}

size_t
names_load(struct names *n, enum dialect d, struct slice classes,
    struct slice events, names_bad_fn on_bad, void *arg)
{
	struct names_table	table = { 0 };
	struct loader		l = { 0 };

	if (n->arena == NULL)
		n->arena = arena_new();
	l.arena = n->arena;
	l.table = &table;
	l.trim = d == DIALECT_SOLARIS;		/* as Solaris does */
	l.on_bad = on_bad;
	l.arg = arg;
	lines_take(&l, classes, &l.nclasses, class_take);
	classes_finish(&l);			/* events refer to them */
	lines_take(&l, events, &l.nevents, event_take);
	events_finish(&l);
	free(l.classes);
	free(l.events);
	n->tables[d] = table;
	return table.nclasses + table.nevents;
}

void
names_set_bsd(struct names *n, enum dialect d)
{
	n->bsd = d;
}

enum dialect
names_dialect(const struct names *n, uint8_t version)
{
	return version >= 2 && version <= 4 ? DIALECT_SOLARIS : n->bsd;
}

const struct event_name *
names_event(const struct names *n, enum dialect d, uint16_t number)
{
	const struct names_table	*t = &n->tables[d];
	size_t				 lo = 0, hi = t->nevent_numbers;

	while (lo < hi) {
		const size_t		 mid = lo + (hi - lo) / 2;
		const struct number_key	*key = &t->event_numbers[mid];

		if (key->number == number)
			return &t->events[key->row];
		if (number < key->number)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const struct event_name *
names_event_find(const struct names *n, enum dialect d, struct slice name)
{
	const struct names_table	*t = &n->tables[d];
	const struct name_key		*key;

	key = name_find(t->event_names, t->nevent_names, name);
	return key == NULL ? NULL : &t->events[key->row];
}

const struct class_name *
names_class_find(const struct names *n, enum dialect d, struct slice name)
{
	return class_find(&n->tables[d], name);
}

bool
names_event_known(struct slice name)
{
	for (unsigned d = 0; d < DIALECTS; d++)
		if (name_find(tables_builtin[d].event_names,
		    tables_builtin[d].nevent_names, name) != NULL)
			return true;
	return false;
}

bool
names_class_known(struct slice name)
{
	for (unsigned d = 0; d < DIALECTS; d++)
		if (class_find(&tables_builtin[d], name) != NULL)
			return true;
	return false;
}

const struct event_name *
names_events(const struct names *n, enum dialect d, size_t *count)
{
	*count = n->tables[d].nevents;
	return n->tables[d].events;
}

const struct class_name *
names_classes(const struct names *n, enum dialect d, size_t *count)
{
	*count = n->tables[d].nclasses;
	return n->tables[d].classes;
}

bool
names_dialect_find(struct slice name, enum dialect *d)
{
	for (int i = 0; i < DIALECTS; i++)
		if (slice_is(name, dialect_names[i])) {
			*d = (enum dialect)i;
			return true;
		}
	return false;
}

const char *
names_dialect_name(enum dialect d)
{
	return dialect_names[d];
}
