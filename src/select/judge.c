/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judge.c - is a record wanted?
 *
 * Four speeds. Most records are decided by their header: that is one load from
 * a table of events and a comparison of times. Of others it is enough to know
 * that the bytes that are asked for stand nowhere in them. What is left is
 * hopped through, token by token, and only tokens with a question are looked
 * at, as bytes at a known place. Where a token's size cannot be told that way,
 * or a socket has to be decoded, the record is walked by the token table, from
 * its beginning, with the same questions.
 */
#include <fnmatch.h>
#include <string.h>

#include "bsm/record.h"
#include "bsm/status.h"
#include "engine/eval.h"
#include "select/tests.h"

#define GLOB_TEXT_MAX	1024u	/* bytes; fnmatch(3) may be slow on more */

/* How a walk came to its end. */
enum walked { WALK_FITS, WALK_FAILS, WALK_STUCK };

/* A walk through a record. */
struct walk {
	uint64_t	 hit, miss;	/* BIT() of criteria */
	uint8_t		 outcome;	/* EVENT_* that this event wants */
	uint8_t		 ipc;		/* kind of the last IPC object */
	bool		 returned;	/* there was a return token */
};

/* ------------------------------------------------------------------ header */

/* Does the header at P claim an address that is neither of 4 nor 16 bytes? */
static bool
strange_host(const uint8_t *p)
{
	return (p[0] == TOK_HEADER32_EX || p[0] == TOK_HEADER64_EX) &&
	    be32(p + 10) != 4 && be32(p + 10) != 16;
}

/*
 * Seconds of the header at P and its size, 0 when it is not whole. A strange
 * address has no bytes, which is how such headers are printed, too.
 */
static size_t
read_head(const uint8_t *p, size_t n, int64_t *seconds)
{
	size_t	 address = 0;

	if (p[0] == TOK_HEADER32_EX || p[0] == TOK_HEADER64_EX) {
		address = strange_host(p) ? 0 : be32(p + 10);
		address += 4;			/* its type */
	}
	if (p[0] == TOK_HEADER32 || p[0] == TOK_HEADER32_EX) {
		if (n < 18 + address)
			return 0;
		*seconds = be32(p + 10 + address);
		return 18 + address;
	}
	if (n < 26 + address)
		return 0;
	*seconds = (int64_t)be64(p + 10 + address);
	return 26 + address;
}

/* What the event alone tells. */
static enum head
judge_event(const struct criteria *c, enum dialect d, uint16_t number)
{
	const uint8_t	 event = c->events[d * EVENTS + number];

	if ((c->need & BIT(CRIT_EVENT)) != 0 && (event & EVENT_LISTED) == 0)
		return HEAD_NO;
	if ((c->need & BIT(CRIT_CLASS)) != 0 && (event & EVENT_CLASS) == 0)
		return HEAD_NO;
	if ((c->need & BIT(CRIT_WHERE)) != 0 && !eval_event(c->where,
	    &c->where->rules[0].states[0], d, number))
		return HEAD_NO;
	if (c->deep == BIT(CRIT_CLASS) && (event & EVENT_CLASS) == EVENT_CLASS)
		return HEAD_YES;
	return c->deep == 0 ? HEAD_YES : HEAD_INSIDE;
}

/* Do these two have another meaning for the number, as far as it is asked? */
static bool
differ(const struct criteria *c, enum dialect a, enum dialect b,
    uint16_t number)
{
	return judge_event(c, a, number) != judge_event(c, b, number) ||
	    ((c->events[a * EVENTS + number] ^ c->events[b * EVENTS + number]) &
	    EVENT_CLASS) != 0;
}

/* So, of a header that is asked for the first time. */
static enum head
ask_event(struct criteria *c, uint8_t version, uint16_t number)
{
	const enum dialect	 d = (enum dialect)c->dialects[version];
	const enum head		 head = judge_event(c, d, number);

	if (d != DIALECT_SOLARIS)
		c->unsure |= differ(c, DIALECT_FREEBSD, DIALECT_MACOS, number);
	c->heads[event_index(c, version, number)] = (uint8_t)head;
	return head;
}

static inline enum head
judge_at(struct criteria *c, const uint8_t *p, int64_t seconds)
{
	enum head	 head;

	if (seconds < c->from || seconds > c->until)
		return HEAD_NO;
	head = (enum head)c->heads[event_index(c, p[5], be16(p + 6))];
	return head != HEAD_ASK ? head : ask_event(c, p[5], be16(p + 6));
}

/* As judge_head(), for any header. */
static enum head
judge_any_head(struct criteria *c, const uint8_t *p, size_t n, size_t *body)
{
	int64_t	 seconds = 0;

	if ((*body = read_head(p, n, &seconds)) == 0)
		return HEAD_BAD;
	return judge_at(c, p, seconds);
}

/*
 * Judge by the header of a record of N bytes; *BODY is where it ends. Of a
 * strange one something is to be said, and that is not done here.
 */
static inline enum head
judge_head(struct criteria *c, const uint8_t *p, size_t n, size_t *body)
{
	if (p[0] != TOK_HEADER32)
		return strange_host(p) ? HEAD_BAD :
		    judge_any_head(c, p, n, body);
	*body = HEADER_MIN;		/* nearly always */
	return judge_at(c, p, be32(p + 10));
}

/* ------------------------------------------------------------------ tokens */

static bool
glob_fits(const char *pattern, struct slice text)
{
	char	 name[GLOB_TEXT_MAX];

	if (text.n >= sizeof(name))
		return false;
	if (text.n > 0)
		memcpy(name, text.p, text.n);
	name[text.n] = '\0';
	return fnmatch(pattern, name, FNM_PATHNAME) == 0;
}

static bool
has_part(struct slice text, struct slice part)
{
	for (size_t i = 0; part.n <= text.n && i <= text.n - part.n; i++)
		if (memcmp(text.p + i, part.p, part.n) == 0)
			return true;
	return false;
}

static bool
text_fits(struct criteria *c, enum criterion which, struct slice text)
{
	const char	*wanted = c->texts[which];

	if (which == CRIT_FILE)
		return pathlist_wants(c->paths, text);
	text = slice_until_nul(text);
	if (which == CRIT_ZONE)
		return glob_fits(wanted, text);
	if (which == CRIT_FMRI)
		return has_part(text, slice_str(wanted)) ||
		    glob_fits(wanted, text);
	return slice_is(text, wanted);
}

static bool
groups_have(const uint8_t *p, size_t count, uint32_t group)
{
	for (size_t i = 0; i < count; i++)
		if (be32(p + 4 * i) == group)
			return true;
	return false;
}

/* The same address, also when IPv6 only carries it (RFC 4291, 2.5.5.2). */
static bool
address_is(struct slice a, struct slice wanted)
{
	static const uint8_t	 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (a.n == 16 && wanted.n == 4 && memcmp(a.p, mapped, 12) == 0)
		a = (struct slice){ a.p + 12, 4 };
	return slice_eq(a, wanted);
}

/* Either side of a socket: whatever the token calls port or address. */
static bool
socket_fits(const struct socket_wanted *want, const struct token *t)
{
	for (const struct field *f = t->layout->fields; f->name != NULL; f++) {
		const size_t	 n = strlen(f->name);
		const char	*end = f->name + (n > 4 ? n - 4 : 0);

		if (want->is_port && strcmp(end, "port") == 0 &&
		    token_number(t, f) == want->port)
			return true;
		if (!want->is_port && (strcmp(end, "addr") == 0 ||
		    strcmp(f->name, "address") == 0) &&
		    address_is(token_slice(t, f), want->address))
			return true;
	}
	return false;
}

/* Put a question to the token at P; T is NULL unless it was decoded. */
static bool
look_fits(struct criteria *c, struct walk *w, const struct look *l,
    const uint8_t *p, const struct token *t)
{
	const uint32_t	 value = c->values[l->criterion];

	switch (l->how) {
	case LOOK_ID:
	case LOOK_IPC_ID:
		return be32(p + l->at) == value;
	case LOOK_IPC_KIND:
		break;
	case LOOK_OUTCOME:
		w->returned = true;
		return (w->outcome & (p[l->at] == 0 ? EVENT_SUCCESS :
		    EVENT_FAILURE)) != 0;
	case LOOK_TEXT:
		return text_fits(c, l->criterion, (struct slice){
		    p + l->at + 2, be16(p + l->at) });
	case LOOK_GROUPS:
		return groups_have(p + l->at + 2, be16(p + l->at), value);
	case LOOK_GROUPS16:
		return groups_have(p + l->at, 16, value);
	case LOOK_SOCKET:
		return socket_fits(&c->socket, t);
	}
	return false;
}

/*
 * Does the question concern this token? One about IPC objects of a kind does
 * so if the object is of the kind; an object of no known kind meets none.
 */
static inline bool
concerns(struct walk *w, const struct look *l, const uint8_t *p)
{
	if (l->how == LOOK_IPC_KIND) {
		w->ipc = p[l->at];
		return false;
	}
	if (l->how == LOOK_IPC_ID)
		return p[1] == l->ipc || p[1] == IPC_ANY || p[1] > IPC_SHM;
	return l->ipc == 0 || l->ipc == w->ipc;
}

/* An IPC object of no known kind fits no question, whatever its id. */
static inline bool
answers(struct criteria *c, struct walk *w, const struct look *l,
    const uint8_t *p, const struct token *t)
{
	if (l->how == LOOK_IPC_ID && p[1] != l->ipc)
		return false;
	return look_fits(c, w, l, p, t);
}

/* Can tokens to come still change the answer? */
static inline bool
goes_on(const struct criteria *c, const struct walk *w)
{
	return c->every ? w->miss == 0 :
	    (c->deep & ~w->hit & ~BIT(CRIT_WHERE)) != 0;
}

/* Put all questions to the token at P. False when the walk may end. */
static bool
ask(struct criteria *c, struct walk *w, const uint8_t *p,
    const struct token *t)
{
	const struct look	*l = &c->looks[c->by_id[p[0]].first];
	const struct look	*end = l + c->by_id[p[0]].count;

	while (l < end) {
		const enum criterion	 which = l->criterion;
		bool			 asked = false, fits = false;

		for (; l < end && l->criterion == which; l++) {
			if (!concerns(w, l, p))
				continue;
			asked = true;
			fits = fits || answers(c, w, l, p, t);
		}
		if (asked && fits)
			w->hit |= BIT(which);
		else if (asked)
			w->miss |= BIT(which);
	}
	return goes_on(c, w);
}

/* The walk is over, or nothing can change any more: was it good? */
static bool
walk_fits(const struct criteria *c, struct walk *w)
{
	if (!w->returned)		/* then the header tells the class */
		w->hit |= BIT(CRIT_CLASS);
	return (!c->every || w->miss == 0) &&
	    (c->deep & ~w->hit & ~BIT(CRIT_WHERE)) == 0;
}

/* The only question to such a token, or else as ask(). */
static inline bool
ask_simple(struct criteria *c, struct walk *w, const uint8_t *p,
    const struct by_id *b)
{
	const struct look	*l = &c->looks[b->first];
	bool			 fits;

	if (!b->simple)
		return ask(c, w, p, NULL);
	if (l->how == LOOK_ID)
		fits = be32(p + l->at) == c->values[l->criterion];
	else
		fits = look_fits(c, w, l, p, NULL);
	*(fits ? &w->hit : &w->miss) |= BIT(l->criterion);
	return goes_on(c, w);
}

/* The size of the token at P; 0: it cannot be told, or is too large. */
static inline size_t
hop_size(const struct by_id *b, const uint8_t *p, size_t left)
{
	size_t	 size = b->size;

	if (size == 0)
		return token_size_slow(p, left);
	if (size > left)
		return 0;
	if (b->mask != 0)
		size += be16(p + size - 2);
	return size <= left ? size : 0;
}

/* From token to token by size alone. */
static enum walked
hop(struct criteria *c, struct walk *w, struct slice tokens)
{
	const uint8_t	*p = tokens.p, *const end = p + tokens.n;
	size_t		 size;

	for (; p < end; p += size) {
		const struct by_id	*b = &c->by_id[*p];

		if ((size = hop_size(b, p, (size_t)(end - p))) == 0)
			return WALK_STUCK;
		if (b->count == 0)
			continue;
		if (b->how == LOOK_SOCKET)
			return WALK_STUCK;
		if (!ask_simple(c, w, p, b))
			break;
	}
	return walk_fits(c, w) ? WALK_FITS : WALK_FAILS;
}

/*
 * So, where nothing else is asked: the first answer that decides is the last.
 */
static inline enum walked
hop_alone(struct criteria *c, struct slice tokens)
{
	const uint8_t		*p = tokens.p, *const end = p + tokens.n;
	const enum criterion	 which = c->looks[0].criterion;
	bool			 met = false, fits;
	size_t			 size;

	for (; p < end; p += size) {
		const struct by_id	*b = &c->by_id[*p];

		if ((size = hop_size(b, p, (size_t)(end - p))) == 0)
			return WALK_STUCK;
		if (b->count == 0)
			continue;
		fits = b->how == LOOK_ID ?
		    be32(p + b->at) == c->values[which] :
		    text_fits(c, which, (struct slice){ p + b->at + 2,
		    be16(p + b->at) });
		if (fits != c->every)
			return fits ? WALK_FITS : WALK_FAILS;
		met = true;
	}
	return met && c->every ? WALK_FITS : WALK_FAILS;
}

/* By the token table, from FROM on. */
static bool
walk(struct criteria *c, struct walk *w, const struct frame_record *f,
    size_t from, struct criteria_note *note)
{
	struct tokens	 tokens;
	struct token	 t;
	int		 status;

	tokens_begin(&tokens, f->bytes);
	if (c->every) {			/* as auditreduce walks: a token that */
		tokens.c.in.n = f->bytes.n;	/* is cut takes what follows */
		tokens.trailer = tokens.careful = false;
	}
	if (from <= tokens.c.in.n)	/* else the trailer begins before */
		tokens.c.pos = from;
	while ((status = tokens_next(&tokens, &t)) != 0) {
		if (status < 0) {
			note->status = status;
			note->at = t.off;
		} else if (c->by_id[t.id].count > 0 &&
		    !ask(c, w, f->bytes.p + t.off, &t)) {
			break;
		}
	}
	return walk_fits(c, w);
}

/* What the state asks besides the event. */
static bool
where_fits(struct criteria *c, const struct frame_record *f,
    struct criteria_note *note)
{
	const struct state	*s = &c->where->rules[0].states[0];
	struct object		 object;
	struct asked		 asked = { .object = &object };
	struct record		 r;
	bool			 fits;

	if (record_head(&r, f) != 0)
		return false;
	record_index(&r);
	note->status = r.error;
	note->at = r.error_at;
	if (!eval_status(s->status, record_error(&r)))
		return false;		/* the cheapest first */
	object.known = record_path(&r, &object.path);
	asked.record = &r;
	asked.dialect = (enum dialect)c->dialects[r.version];
	asked.has_zone = record_zone(&r, &asked.zone);
	ask_record(c->ask, &asked);
	fits = ask_block(c->ask, s, NULL);
	note->limit = ask_gave_up(c->ask);
	return fits;
}

/* Where a walk through a record of this header begins. */
static inline struct walk
walk_begin(const struct criteria *c, const uint8_t *p)
{
	return (struct walk){ .hit = c->every ? BIT(CRIT_CLASS) : 0,
	    .outcome = c->events[event_index(c, p[5], be16(p + 6))] &
	    EVENT_CLASS };
}

/* Between the header, of BODY bytes, and the trailer if that is certain. */
static inline struct slice
tokens_of(const struct frame_record *f, size_t body)
{
	const size_t	 end = f->bytes.n -
	    (f->quality == FRAME_STRONG ? TRAILER_SIZE : 0);

	return (struct slice){ f->bytes.p + body, end > body ? end - body : 0 };
}

static bool
judge_inside(struct criteria *c, const struct frame_record *f, size_t body,
    struct criteria_note *note)
{
	struct walk	 w = walk_begin(c, f->bytes.p);
	enum walked	 walked = WALK_FITS;

	if (c->nlooks > 0)
		walked = hop(c, &w, tokens_of(f, body));
	if (walked == WALK_STUCK) {
		w = walk_begin(c, f->bytes.p);
		walked = walk(c, &w, f, body, note) ? WALK_FITS : WALK_FAILS;
	}
	return walked == WALK_FITS && ((c->deep & BIT(CRIT_WHERE)) == 0 ||
	    where_fits(c, f, note));
}

/* Are the bytes that a wanted record holds anywhere in this one? */
static inline bool
may_fit(struct search *s, struct slice rec)
{
	return s->needles->n == 0 ||
	    search_within(s, rec.p, rec.p + rec.n);
}

/* So, of a single record. */
static bool
may_fit_alone(struct criteria *c, struct slice rec)
{
	struct search	 s = { .needles = &c->needles,
	    .end = rec.p + rec.n };

	return may_fit(&s, rec);
}

bool
criteria_want(struct criteria *c, const struct frame_record *f,
    struct criteria_note *note)
{
	bool	 fits = c->need == 0;	/* what has no header meets nothing */
	size_t	 body;

	*note = (struct criteria_note){ 0 };
	if (f->kind != FRAME_RECORD || f->bytes.n < HEADER_MIN)
		return fits != c->invert;
	switch (judge_any_head(c, f->bytes.p, f->bytes.n, &body)) {
	case HEAD_ASK:			/* it was asked */
	case HEAD_NO:
		fits = false;
		break;
	case HEAD_YES:
		fits = true;
		break;
	case HEAD_INSIDE:
		fits = judge_inside(c, f, body, note);
		if (note->status != 0 && !may_fit_alone(c, f->bytes))
			note->status = 0;	/* there is no doubt */
		break;
	case HEAD_BAD:
		note->status = BSM_ETRUNC;
		break;
	}
	if (note->status == 0 && strange_host(f->bytes.p))
		note->status = BSM_EADDR;
	return fits != c->invert;
}

bool
criteria_unsure(const struct criteria *c)
{
	return c->unsure;
}

/* ------------------------------------------------------------- many records */

/*
 * The slow half of scan_one(): what hopping alone does not decide. False when
 * there is something to say about the record.
 */
static bool
scan_slowly(struct criteria *c, struct slice rec, size_t body, bool *fits)
{
	const struct frame_record	 f = { .kind = FRAME_RECORD,
	    .bytes = rec };
	struct criteria_note		 note = { 0 };

	*fits = judge_inside(c, &f, body, &note);
	return note.status == 0 && !note.limit;
}

/* True and *FITS, or false when criteria_want() has to look at the record. */
static inline bool
scan_one(struct criteria *c, struct search *s, struct slice rec, bool *fits)
{
	const struct frame_record	 f = { .bytes = rec };
	size_t				 body;
	struct walk			 w;
	enum walked			 walked;

	switch (judge_head(c, rec.p, rec.n, &body)) {
	case HEAD_ASK:			/* it was asked */
	case HEAD_NO:
		*fits = false;
		return true;
	case HEAD_YES:
		*fits = true;
		return true;
	case HEAD_BAD:
		return false;
	case HEAD_INSIDE:
		break;
	}
	if (!may_fit(s, rec)) {
		*fits = false;
		return true;
	}
	if (c->alone) {
		walked = hop_alone(c, tokens_of(&f, body));
	} else {
		w = walk_begin(c, rec.p);
		walked = (c->deep & BIT(CRIT_WHERE)) != 0 ? WALK_STUCK :
		    hop(c, &w, tokens_of(&f, body));
	}
	if (walked == WALK_STUCK)
		return scan_slowly(c, rec, body, fits);
	*fits = walked == WALK_FITS;
	return true;
}

/* Is it all there, without anything to be said of it? */
static bool
head_is_plain(const uint8_t *p, size_t n)
{
	int64_t	 seconds;

	return !strange_host(p) && read_head(p, n, &seconds) > 0;
}

/* Where no record can be unwanted there is nothing to judge. */
static size_t
scan_everything(struct slice bytes, criteria_run_fn run, void *arg)
{
	struct criteria_run	 r = { .bytes = bytes };
	const uint8_t		*p = bytes.p, *const end = p + bytes.n;
	size_t			 n;

	while ((n = frame_intact(p, (size_t)(end - p))) > 0 &&
	    (p[0] == TOK_HEADER32 || head_is_plain(p, n))) {
		frame_fetch(p, (size_t)(end - p));
		r.last = p;
		r.records++;
		p += n;
	}
	r.bytes.n = (size_t)(p - bytes.p);
	if (r.records > 0)
		run(arg, &r);
	return r.bytes.n;
}

size_t
criteria_scan(struct criteria *c, struct slice bytes, criteria_run_fn run,
    void *arg)
{
	struct criteria_run	 r = { .records = 0 };
	const uint8_t		*p = bytes.p, *const end = p + bytes.n;
	struct search		 s = { .needles = &c->needles, .end = end };
	size_t			 n;
	bool			 fits;

	if (bytes.n == 0)
		return 0;
	if ((c->need & ~BIT(CRIT_HEADER)) == 0 && !c->invert)
		return scan_everything(bytes, run, arg);
	while ((n = frame_intact(p, (size_t)(end - p))) > 0 &&
	    scan_one(c, &s, (struct slice){ p, n }, &fits)) {
		frame_fetch(p, (size_t)(end - p));
		if (fits != c->invert) {
			if (r.records++ == 0)
				r.bytes.p = p;
			r.last = p;
		} else if (r.records > 0) {
			r.bytes.n = (size_t)(p - r.bytes.p);
			run(arg, &r);
			r.records = 0;
		}
		p += n;
	}
	if (r.records > 0) {
		r.bytes.n = (size_t)(p - r.bytes.p);
		run(arg, &r);
	}
	return (size_t)(p - bytes.p);
}
