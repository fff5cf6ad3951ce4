/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plain_ask.h - predicates, straight from the manual and with no thought of
 * time: every value of every field is collected by the token table, and every
 * predicate looks at all of them.
 */
#ifndef TESTS_PLAIN_ASK_H
#define TESTS_PLAIN_ASK_H

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "bsm/errors.h"
#include "engine/ask.h"

/* A value; of an argument also what tells it from others. */
struct plain_value {
	struct value	 v;
	struct slice	 text;
	uint64_t	 position;
	uint8_t		 address[16];
};

struct plain {
	const struct program	*program;
	const struct asked	*asked;
	struct plain_value	*of[FIELDS];
	size_t			 n[FIELDS];
	struct plain_value	*paths;		/* of all path tokens */
	size_t			 npaths;
	struct buf		 command;
	uint64_t		 error;
};

static inline struct plain_value *
plain_more(struct plain_value **list, size_t *n)
{
	*list = realloc(*list, (*n + 1) * sizeof(**list));
	memset(&(*list)[*n], 0, sizeof(**list));
	return &(*list)[(*n)++];
}

/* ONE: of several tokens the last counts. */
static inline void
plain_number(struct plain *p, enum rule_field f, bool one, uint64_t number)
{
	if (one)
		p->n[f] = 0;
	plain_more(&p->of[f], &p->n[f])->v = (struct value){
	    .kind = VALUE_NUMBER, .number = number };
}

static inline void
plain_text(struct plain *p, enum rule_field f, bool one, struct slice s)
{
	if (one)
		p->n[f] = 0;
	plain_more(&p->of[f], &p->n[f])->v = (struct value){
	    .kind = VALUE_TEXT, .bytes = slice_until_nul(s) };
}

/* The bytes are pointed to when all has been collected. */
static inline void
plain_address(struct plain *p, enum rule_field f, bool one, struct slice s)
{
	struct plain_value	*v;

	if (one)
		p->n[f] = 0;
	v = plain_more(&p->of[f], &p->n[f]);
	v->v.kind = VALUE_ADDRESS;
	if (s.n == 4)
		memset(v->address + 10, 0xff, 2);
	memcpy(v->address + 16 - s.n, s.p, s.n);
}

static inline void
plain_list(struct plain *p, enum rule_field f, const struct strings *list)
{
	struct slice	 one;
	size_t		 at = 0;

	if (f == FIELD_COMMAND)
		p->n[f] = 0;
	while (strings_next(list, &at, &one))
		plain_text(p, f, false, one);
}

static inline void
plain_subject(struct plain *p, const struct token *t)
{
	const uint64_t	 v[] = { t->subject.auid, t->subject.euid,
	    t->subject.egid, t->subject.ruid, t->subject.rgid,
	    t->subject.pid, t->subject.session };

	for (unsigned f = FIELD_AUID; f <= FIELD_SESSION; f++)
		plain_number(p, (enum rule_field)f, true, v[f]);
	plain_address(p, FIELD_TERMINAL, true, t->subject.address);
}

static inline void
plain_attribute(struct plain *p, const struct token *t)
{
	plain_number(p, FIELD_OWNER, true, t->attr.uid);
	plain_number(p, FIELD_GROUP, true, t->attr.gid);
	plain_number(p, FIELD_MODE, true, t->attr.mode);
	plain_number(p, FIELD_DEVICE, true, t->attr.fsid);
	plain_number(p, FIELD_INODE, true, t->attr.node);
}

static inline void
plain_socket(struct plain *p, const struct token *t)
{
	for (const struct field *f = t->layout->fields; f->name != NULL; f++)
		if (strstr(f->name, "port") != NULL)
			plain_number(p, FIELD_PORT, false,
			    token_number(t, f));
		else if (strstr(f->name, "addr") != NULL)
			plain_address(p, FIELD_ADDRESS, false,
			    token_slice(t, f));
}

static inline void
plain_host(struct plain *p, const struct token *t)
{
	static char	 text[64];
	const uint8_t	*a = t->header.address.p;

	p->n[FIELD_HOST] = 0;
	if (t->header.address.n == 0)
		return;
	/* Random addresses of 16 bytes are spelled by the library. */
	if (t->header.address.n == 4)
		snprintf(text, sizeof(text), "%u.%u.%u.%u", a[0], a[1], a[2],
		    a[3]);
	else
		inet_ntop(AF_INET6, a, text, sizeof(text));
	plain_text(p, FIELD_HOST, true, slice_str(text));
}

static inline void
plain_token(struct plain *p, const struct token *t)
{
	const char	*label = t->layout->label;

	if (strncmp(label, "header", 6) == 0)
		plain_host(p, t);
	else if (strncmp(label, "subject", 7) == 0)
		plain_subject(p, t);
	else if (strcmp(label, "attribute") == 0)
		plain_attribute(p, t);
	else if (strcmp(label, "zone") == 0)
		plain_text(p, FIELD_ZONE, true, t->str.text);
	else if (strcmp(label, "text") == 0)
		plain_text(p, FIELD_TEXT, false, t->str.text);
	else if (strcmp(label, "path") == 0)
		plain_more(&p->paths, &p->npaths)->v = (struct value){
		    .kind = VALUE_TEXT,
		    .bytes = slice_until_nul(t->str.text) };
	else if (strcmp(label, "exec arg") == 0)
		plain_list(p, FIELD_COMMAND, &t->list.list);
	else if (strcmp(label, "exec env") == 0)
		plain_list(p, FIELD_ENVIRONMENT, &t->list.list);
	else if (strcmp(label, "cmd") == 0) {
		plain_list(p, FIELD_COMMAND, &t->list.list);
		plain_list(p, FIELD_ENVIRONMENT, &t->list.second);
	} else if (strcmp(label, "argument") == 0) {
		struct plain_value	*v;

		plain_number(p, FIELD_ARGUMENT, false, t->arg.value);
		v = &p->of[FIELD_ARGUMENT][p->n[FIELD_ARGUMENT] - 1];
		v->text = slice_until_nul(t->arg.text);
		v->position = t->arg.number;
	} else if (strcmp(label, "return") == 0) {
		p->error = t->ret.error;
		plain_number(p, FIELD_RETURN, true, t->ret.value);
	} else if (strncmp(label, "socket", 6) == 0 &&
	    strcmp(label, "socket-unix") != 0)
		plain_socket(p, t);
}

static inline void
plain_read(struct plain *p, const struct program *program,
    const struct asked *asked)
{
	const uint8_t	 version = asked->record->version;
	struct tokens	 w;
	struct token	 t;
	int		 status;

	*p = (struct plain){ .program = program, .asked = asked };
	tokens_begin(&w, asked->record->bytes);
	while ((status = tokens_next(&w, &t)) != 0)
		if (status > 0)
			plain_token(p, &t);
	if (p->error != 0)
		plain_number(p, FIELD_ERRNO, true, version == 10 ?
		    errors_from_bsd((uint8_t)p->error) : p->error);
	if (p->npaths > 0)
		plain_text(p, FIELD_OBJECT, true,
		    p->paths[p->npaths - 1].v.bytes);
	for (unsigned f = 0; f < FIELDS; f++)
		for (size_t i = 0; i < p->n[f]; i++)
			if (p->of[f][i].v.kind == VALUE_ADDRESS)
				p->of[f][i].v.bytes = (struct slice){
				    p->of[f][i].address, 16 };
	for (size_t i = 0; i < p->n[FIELD_COMMAND]; i++) {
		if (i > 0)
			buf_char(&p->command, ' ');
		buf_slice(&p->command, p->of[FIELD_COMMAND][i].v.bytes);
	}
}

static inline void
plain_free(struct plain *p)
{
	for (unsigned f = 0; f < FIELDS; f++)
		free(p->of[f]);
	free(p->paths);
	buf_fini(&p->command);
}

/* Sets. */

static inline bool
plain_regex(struct slice pattern, struct slice text)
{
	int			 error;
	PCRE2_SIZE		 at;
	pcre2_code		*code = pcre2_compile(pattern.p, pattern.n,
	    0, &error, &at, NULL);
	pcre2_match_data	*data = pcre2_match_data_create(1, NULL);
	const int		 n = pcre2_match(code, text.n == 0 ?
	    (PCRE2_SPTR)"" : text.p, text.n, 0, 0, data, NULL);

	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return n >= 0;
}

/* No classes but [ab]. */
static inline bool
plain_glob(struct slice p, struct slice t, bool stops)
{
	const struct slice	 rest = { p.p + 1, p.n - 1 };
	const bool		 both = p.n > 1 && p.p[0] == '*' &&
	    p.p[1] == '*';

	if (p.n == 0)
		return t.n == 0;
	if (p.p[0] == '*') {
		if (plain_glob(both ? (struct slice){ p.p + 2, p.n - 2 } :
		    rest, t, stops))
			return true;
		return t.n > 0 && (both || !stops || t.p[0] != '/') &&
		    plain_glob(p, (struct slice){ t.p + 1, t.n - 1 }, stops);
	}
	if (t.n == 0)
		return false;
	if (p.p[0] == '[')
		return (t.p[0] == 'a' || t.p[0] == 'b') && plain_glob(
		    (struct slice){ p.p + 4, p.n - 4 },
		    (struct slice){ t.p + 1, t.n - 1 }, stops);
	return (p.p[0] == '?' ? !stops || t.p[0] != '/' : p.p[0] == t.p[0]) &&
	    plain_glob(rest, (struct slice){ t.p + 1, t.n - 1 }, stops);
}

static inline bool
plain_below(struct slice path, struct slice dir)
{
	if (slice_is(dir, "/"))
		return path.n > 0 && path.p[0] == '/';
	while (dir.n > 1 && dir.p[dir.n - 1] == '/')
		dir.n--;
	if (dir.n == 1 && dir.p[0] == '/')
		return path.n > 0 && path.p[0] == '/';
	return slice_eq(path, dir) || (dir.n > 0 && path.n > dir.n &&
	    slice_has_prefix(path, dir) && path.p[dir.n] == '/');
}

static inline bool
plain_part(struct slice text, struct slice part)
{
	for (size_t i = 0; i + part.n <= text.n; i++)
		if (part.n == 0 || memcmp(text.p + i, part.p, part.n) == 0)
			return true;
	return false;
}

static inline bool
plain_text_in(const struct match_set *s, enum rule_field f, struct slice v)
{
	const bool	 stops = f == FIELD_OBJECT || f == FIELD_ZONE;

	for (size_t i = 0; i < s->n; i++) {
		const struct slice	 e = s->entries[i];

		if ((s->type == MATCH_PREFIX && slice_has_prefix(v, e)) ||
		    (s->type == MATCH_PCRE && plain_regex(e, v)) ||
		    (s->type == MATCH_EXACT && slice_eq(v, e)) ||
		    (s->type == MATCH_DIR && plain_below(v, e)) ||
		    (s->type == MATCH_GLOB && plain_glob(e, v, stops)) ||
		    (s->type == MATCH_TEXT && plain_part(v, e)))
			return true;
	}
	return false;
}

static inline bool
plain_in_network(const uint8_t *a, const struct network *n)
{
	for (unsigned i = 0; i < n->bits; i++)
		if (((a[i / 8] ^ n->bytes[i / 8]) >> (7 - i % 8) & 1) != 0)
			return false;
	return true;
}

static inline bool
plain_in(const struct plain *p, const struct predicate *pr,
    const struct value *v)
{
	const struct match_set	*s = &p->program->match_sets[pr->set];

	if (v->kind == VALUE_TEXT)
		return plain_text_in(s, pr->field, v->bytes);
	if (v->kind == VALUE_NUMBER && s->type == MATCH_ERRNO) {
		for (size_t i = 0; i < s->nerrors[p->asked->dialect]; i++)
			if (s->errors[p->asked->dialect][i] == v->number)
				return true;
		return false;
	}
	for (size_t i = 0; i < s->n; i++) {
		if (v->kind == VALUE_ADDRESS && s->type == MATCH_ADDRESS &&
		    plain_in_network(v->bytes.p, &s->networks[i]))
			return true;
		if (v->kind == VALUE_NUMBER && s->type == MATCH_ID &&
		    s->ids[i] == v->number)
			return true;
		if (v->kind == VALUE_NUMBER && s->type == MATCH_RANGE &&
		    v->number >= s->ranges[i].low &&
		    v->number <= s->ranges[i].high)
			return true;
	}
	return false;
}

/* Predicates. */

static inline bool
plain_equal(const struct value *a, const struct value *b)
{
	return a->kind == b->kind && (a->kind == VALUE_NUMBER ?
	    a->number == b->number : slice_eq(a->bytes, b->bytes));
}

static inline bool
plain_compare(enum compare how, const struct value *v, const struct value *w)
{
	switch (how) {
	case COMPARE_EQ:
		return plain_equal(v, w);
	case COMPARE_NE:
		return !plain_equal(v, w);
	case COMPARE_IN:
		return plain_below(v->bytes, w->bytes);
	case COMPARE_LT:
		return v->number < w->number;
	case COMPARE_GT:
		return v->number > w->number;
	case COMPARE_BITS:
		return (v->number & w->number) != 0;
	}
	return false;
}

/* Fields of which any value will do. */
static inline bool
plain_any(enum rule_field f)
{
	return f == FIELD_ADDRESS || f == FIELD_PORT || f == FIELD_TEXT ||
	    f == FIELD_ENVIRONMENT || f == FIELD_ARGUMENT;
}

/* The values that a predicate, or the other side of one, is about. */
static inline size_t
plain_values(const struct plain *p, const struct predicate *pr,
    enum rule_field f, bool other, struct value *to, size_t max)
{
	const bool			 every = !other && f == FIELD_OBJECT &&
	    pr->which != WHICH_LAST;
	const struct plain_value	*all = every ? p->paths : p->of[f];
	size_t				 n = every ? p->npaths : p->n[f];
	size_t				 m = 0;

	if (f == FIELD_COMMAND && n > 0) {
		if (other || pr->part == PART_ALL)
			to[0] = (struct value){ .kind = VALUE_TEXT,
			    .bytes = buf_bytes(&p->command) };
		else if (pr->part < n)
			to[0] = all[pr->part].v;
		else
			return 0;
		return 1;
	}
	for (size_t i = 0; i < n && m < max; i++) {
		if (f == FIELD_ARGUMENT && (pr->argument != NULL ?
		    !slice_is(all[i].text, pr->argument) :
		    all[i].position != pr->position))
			continue;
		to[m++] = all[i].v;
	}
	if (!plain_any(f) && !every && m > 1) {
		to[0] = to[m - 1];
		m = 1;
	}
	return m;
}

static inline bool
plain_fits(const struct plain *p, const struct predicate *pr,
    const struct value *v, const struct value *bound)
{
	struct value	 with[64];
	size_t		 n;

	switch (pr->kind) {
	case PRED_SET:
	case PRED_RANGES:
		return plain_in(p, pr, v) != pr->negated;
	case PRED_NUMBER:
		with[0] = (struct value){ .kind = VALUE_NUMBER,
		    .number = pr->number };
		return plain_compare(pr->compare, v, &with[0]) != pr->negated;
	case PRED_BOUND:
		return plain_compare(pr->compare, v, &bound[pr->variable]) !=
		    pr->negated;
	default:
		n = plain_values(p, pr, pr->other, true, with, 64);
		for (size_t i = 0; i < n; i++)
			if (plain_compare(pr->compare, v, &with[i]))
				return true;
		return false;
	}
}

static inline bool	 plain_predicate(const struct plain *, uint32_t,
			    const struct value *);

static inline bool
plain_block(const struct plain *p, const struct state *s,
    const struct value *bound)
{
	if ((s->status == STATUS_SUCCESS && p->error != 0) ||
	    (s->status == STATUS_FAILURE && p->error == 0))
		return false;
	for (size_t i = 0; i < s->npredicates; i++)
		if (!plain_predicate(p, s->predicates[i], bound))
			return false;
	return true;
}

/* UTC alone. */
static inline bool
plain_clock(const struct plain *p, const struct predicate *pr)
{
	const int64_t	 t = p->asked->record->seconds;
	const int64_t	 in_day = (t % 86400 + 86400) % 86400;
	const unsigned	 minute = (unsigned)(in_day / 60);
	const int64_t	 days = t / 86400 - (t % 86400 < 0);

	if (pr->kind == PRED_DAY)
		return (pr->number & 1u << ((days % 7 + 11) % 7)) != 0;
	for (unsigned m = pr->from;; m++) {	/* minute by minute */
		if (m % 1440 == minute)
			return true;
		if ((m + 1) % 1440 == pr->until % 1440)
			return false;
	}
}

static inline bool
plain_predicate(const struct plain *p, uint32_t number,
    const struct value *bound)
{
	const struct predicate	*pr = &p->program->predicates[number];
	static struct value	 values[16384];
	size_t			 n, fit = 0;

	if (pr->kind == PRED_CLOCK || pr->kind == PRED_DAY)
		return plain_clock(p, pr) != pr->negated;
	if (pr->kind == PRED_EITHER) {
		for (size_t i = 0; i < pr->nblocks; i++)
			if (plain_block(p, &pr->blocks[i], bound))
				return !pr->negated;
		return pr->negated;
	}
	if (pr->kind == PRED_BOUND &&
	    bound[pr->variable].kind == VALUE_NOTHING)
		return false;
	n = plain_values(p, pr, pr->field, false, values, 16384);
	if (pr->kind == PRED_NONE)
		return (n == 0) != pr->negated;
	for (size_t i = 0; i < n; i++)
		fit += plain_fits(p, pr, &values[i], bound);
	return n > 0 && (pr->which == WHICH_ALL ? fit == n : fit > 0);
}

#endif
