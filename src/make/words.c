/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.c - the `record` lines of rule tests to the bytes of records.
 *
 * The words are read into a draft, which is then written token by token in the
 * order in which the kernel of FreeBSD writes them. A word is a row: its name,
 * what follows it, where that goes and which token it calls for.
 */
#include "make/words.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/civil.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "bsm/build.h"
#include "bsm/errors.h"
#include "bsm/frame.h"

#define WORDS_PATHS	16u		/* paths, texts, arguments each */
#define WORDS_STRINGS	64u		/* exec arguments */
#define ID_UNSET	UINT64_MAX
#define EPERM_BSM	1u

enum { WANT_SUBJECT = 1, WANT_ATTR = 2, WANT_SOCKET = 4, WANT_ZONE = 8 };

struct list {
	struct slice	 v[WORDS_STRINGS];
	size_t		 n;
};

struct draft {
	uint16_t	 event;
	bool		 solaris;
	unsigned	 wants;
	struct token	 subject, attr, socket;
	struct list	 paths, texts, args, env;
	struct token	 arguments[WORDS_PATHS];
	size_t		 narguments;
	struct slice	 zone;
	uint8_t		 host[16], terminal[16], peer[16];
	struct slice	 host_addr;
	uint64_t	 error, value;
};

/* The words that are left, and whom to tell. */
struct reader {
	const struct words_env	*env;
	const struct lexeme	*w;
	size_t			 n;
	struct lexeme		 last;		/* taken, behind which
						 * something is missing */
};

static bool
complain(struct reader *r, const struct lexeme *w, const char *why)
{
	if (w == NULL)
		diag_error(r->env->diags, DIAG_RECORD, r->last.at,
		    r->last.text, slice_str(why));
	else
		diag_error(r->env->diags, DIAG_RECORD, w->at, w->text,
		    slice_str(why));
	return false;
}

/* The next word; NULL at the end. */
static const struct lexeme *
take(struct reader *r)
{
	if (r->n == 0)
		return NULL;
	r->last = *r->w;
	r->n--;
	return r->w++;
}

static bool
is_value(const struct lexeme *w)
{
	return w->kind == LEX_STRING || w->kind == LEX_NUMBER ||
	    w->kind == LEX_KEYWORD;
}

static const struct lexeme *
take_value(struct reader *r, const char *what)
{
	const struct lexeme	*w = take(r);

	if (w == NULL || !is_value(w)) {
		(void)complain(r, w, what);
		return NULL;
	}
	return w;
}

/* A number: decimal, hexadecimal with 0x, octal with 0. */
static bool
number_of(struct slice s, uint64_t *v)
{
	unsigned	 base = 10;
	size_t		 i = 0;

	if (s.n > 2 && s.p[0] == '0' && s.p[1] == 'x') {
		base = 16;
		i = 2;
	} else if (s.n > 1 && s.p[0] == '0')
		base = 8;
	*v = 0;
	for (; i < s.n; i++) {
		uint8_t		 c = s.p[i];
		unsigned	 digit = c >= '0' && c <= '9' ?
		    c - (unsigned)'0' :
		    c >= 'a' && c <= 'f' ? c - 'a' + 10u : 99;

		if (digit >= base || *v > (UINT64_MAX - digit) / base)
			return false;
		*v = *v * base + digit;
	}
	return s.n > 0;
}

static bool
take_number(struct reader *r, uint64_t max, uint64_t *v)
{
	const struct lexeme	*w = take_value(r, "a number must follow");

	if (w == NULL)
		return false;
	if (!number_of(w->text, v))
		return complain(r, w, "not a number");
	return *v <= max ? true : complain(r, w, "too large a number");
}

/* A user or group, by name or number; -1 is nobody's. */
static bool
take_id(struct reader *r, bool group, uint64_t *v)
{
	const struct lexeme	*w = take_value(r,
	    "a name or an id must follow");
	const struct accounts	*a = r->env->accounts;
	char			 name[64];
	uint32_t		 id;

	if (w == NULL)
		return false;
	if (slice_is(w->text, "-1")) {
		*v = UINT32_MAX;
		return true;
	}
	if (number_of(w->text, v))
		return *v <= UINT32_MAX ? true :
		    complain(r, w, "too large a number");
	if (w->text.n >= sizeof(name))
		return complain(r, w, "no such user or group here");
	memcpy(name, w->text.p, w->text.n);
	name[w->text.n] = '\0';
	if (a == NULL || !(group ? a->gid_of : a->uid_of)(a->arg, name, &id))
		return complain(r, w, group ? "no such group here" :
		    "no such user here; an id may be given as a number");
	*v = id;
	return true;
}

static bool
take_address(struct reader *r, uint8_t bytes[16], struct slice *addr)
{
	const struct lexeme	*w = take_value(r, "an address must follow");
	char			 text[64];

	if (w == NULL)
		return false;
	if (w->text.n >= sizeof(text))
		return complain(r, w, "not an address");
	memcpy(text, w->text.p, w->text.n);
	text[w->text.n] = '\0';
	if (inet_pton(AF_INET, text, bytes) == 1)
		*addr = (struct slice){ bytes, 4 };
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		*addr = (struct slice){ bytes, 16 };
	else
		return complain(r, w, "not an address");
	return true;
}

static bool
take_string(struct reader *r, struct slice *s)
{
	const struct lexeme	*w = take_value(r, "a text must follow");

	if (w == NULL)
		return false;
	if (w->text.n >= UINT16_MAX)
		return complain(r, w, "too long");
	*s = w->text;
	return true;
}

static bool
take_one_more(struct reader *r, struct list *l, size_t max)
{
	if (l->n == max)
		return complain(r, r->n > 0 ? r->w : NULL,
		    "too many of them in one record");
	return take_string(r, &l->v[l->n++]);
}

/* Texts with commas between them. */
static bool
take_list(struct reader *r, struct list *l)
{
	for (;;) {
		if (!take_one_more(r, l, WORDS_STRINGS))
			return false;
		if (r->n == 0 || r->w->kind != LEX_COMMA)
			return true;
		(void)take(r);
	}
}

static bool
take_argument(struct reader *r, struct draft *d)
{
	struct token	*t;

	if (d->narguments == WORDS_PATHS)
		return complain(r, NULL, "too many arguments in one record");
	t = &d->arguments[d->narguments++];
	return take_number(r, UINT8_MAX, &t->arg.number) &&
	    take_string(r, &t->arg.text) &&
	    take_number(r, UINT64_MAX, &t->arg.value);
}

/* An error may follow `failure`. */
static bool
take_failure(struct reader *r, struct draft *d)
{
	const struct bsm_error	*e;
	uint64_t		 v;

	d->error = EPERM_BSM;
	if (r->n == 0 || !is_value(r->w))
		return true;
	if ((e = errors_by_name(r->w->text)) != NULL)
		d->error = e->number;
	else if (number_of(r->w->text, &v) && v > 0 && v <= UINT8_MAX)
		d->error = v;
	else if (r->w->text.n > 1 && r->w->text.p[0] == 'E' &&
	    r->w->text.p[1] >= 'A' && r->w->text.p[1] <= 'Z') {
		diag_unknown(r->env->diags, DIAG_ERRNO_UNKNOWN, r->w->at,
		    r->w->text, NULL);
		return false;
	} else
		return true;		/* the next word of the line */
	(void)take(r);
	return true;
}

/* `port` belongs to the address before it, else to the terminal. */
static bool
take_port(struct reader *r, struct draft *d)
{
	if ((d->wants & WANT_SOCKET) != 0)
		return take_number(r, UINT16_MAX, &d->socket.sock.lport);
	d->wants |= WANT_SUBJECT;
	return take_number(r, UINT32_MAX, &d->subject.subject.port);
}

enum word_kind {
	WORD_UID, WORD_GID, WORD_U32, WORD_U64, WORD_PATH, WORD_TEXT,
	WORD_ARGS, WORD_ENV, WORD_ZONE, WORD_HOST, WORD_TERMINAL,
	WORD_ADDRESS, WORD_PORT, WORD_ARGUMENT, WORD_SUCCESS, WORD_FAILURE,
	WORD_RETURN
};

static const struct word {
	const char	*name;
	enum word_kind	 kind;
	size_t		 at;		/* in struct draft */
	unsigned	 wants;
} words[] = {
#define IN(member) offsetof(struct draft, member)
	{ "auid", WORD_UID, IN(subject.subject.auid), WANT_SUBJECT },
	{ "euid", WORD_UID, IN(subject.subject.euid), WANT_SUBJECT },
	{ "egid", WORD_GID, IN(subject.subject.egid), WANT_SUBJECT },
	{ "ruid", WORD_UID, IN(subject.subject.ruid), WANT_SUBJECT },
	{ "rgid", WORD_GID, IN(subject.subject.rgid), WANT_SUBJECT },
	{ "pid", WORD_U32, IN(subject.subject.pid), WANT_SUBJECT },
	{ "session", WORD_U32, IN(subject.subject.session), WANT_SUBJECT },
	{ "terminal", WORD_TERMINAL, 0, WANT_SUBJECT },
	{ "owner", WORD_UID, IN(attr.attr.uid), WANT_ATTR },
	{ "group", WORD_GID, IN(attr.attr.gid), WANT_ATTR },
	{ "mode", WORD_U32, IN(attr.attr.mode), WANT_ATTR },
	{ "device", WORD_U32, IN(attr.attr.fsid), WANT_ATTR },
	{ "inode", WORD_U64, IN(attr.attr.node), WANT_ATTR },
	{ "path", WORD_PATH, 0, 0 },
	{ "text", WORD_TEXT, 0, 0 },
	{ "args", WORD_ARGS, 0, 0 },
	{ "environment", WORD_ENV, 0, 0 },
	{ "zone", WORD_ZONE, 0, WANT_ZONE },
	{ "host", WORD_HOST, 0, 0 },
	{ "address", WORD_ADDRESS, 0, WANT_SOCKET },
	{ "port", WORD_PORT, 0, 0 },
	{ "argument", WORD_ARGUMENT, 0, 0 },
	{ "success", WORD_SUCCESS, 0, 0 },
	{ "failure", WORD_FAILURE, 0, 0 },
	{ "return", WORD_RETURN, 0, 0 },
	{ NULL, WORD_UID, 0, 0 }
};

static bool
take_after(struct reader *r, const struct word *word, struct draft *d)
{
	uint64_t	*number = (void *)((char *)d + word->at);

	d->wants |= word->wants;
	switch (word->kind) {
	case WORD_UID:
		return take_id(r, false, number);
	case WORD_GID:
		return take_id(r, true, number);
	case WORD_U32:
		return take_number(r, UINT32_MAX, number);
	case WORD_U64:
		return take_number(r, UINT64_MAX, number);
	case WORD_PATH:
		return take_one_more(r, &d->paths, WORDS_PATHS);
	case WORD_TEXT:
		return take_one_more(r, &d->texts, WORDS_PATHS);
	case WORD_ARGS:
		return take_list(r, &d->args);
	case WORD_ENV:
		return take_list(r, &d->env);
	case WORD_ZONE:
		return take_string(r, &d->zone);
	case WORD_HOST:
		return take_address(r, d->host, &d->host_addr);
	case WORD_TERMINAL:
		return take_address(r, d->terminal,
		    &d->subject.subject.address);
	case WORD_ADDRESS:
		return take_address(r, d->peer, &d->socket.sock.laddr);
	case WORD_PORT:
		return take_port(r, d);
	case WORD_ARGUMENT:
		return take_argument(r, d);
	case WORD_SUCCESS:
		d->error = 0;
		return true;
	case WORD_FAILURE:
		return take_failure(r, d);
	case WORD_RETURN:
		return take_number(r, UINT32_MAX, &d->value);
	}
	return false;
}

static bool
unknown_word(struct reader *r, const struct lexeme *w)
{
	struct nearest	 near;

	nearest_init(&near, w->text);
	for (const struct word *k = words; !w->quoted && k->name != NULL; k++)
		nearest_try(&near, slice_str(k->name));
	diag_unknown_near(r->env->diags, DIAG_TEST_WORD_UNKNOWN, w->at, &near);
	return false;
}

/* The event decides whose record this is. */
static bool
take_event(struct reader *r, struct draft *d)
{
	const struct names	*names = r->env->names;
	const enum dialect	 bsd = names_dialect(names, 11);
	const struct lexeme	*w = take_value(r,
	    "an audit event must follow");
	const struct event_name	*e;
	struct nearest		 near;
	uint64_t		 v;
	size_t			 n;

	if (w == NULL)
		return false;
	if ((e = names_event_find(names, bsd, w->text)) == NULL &&
	    (e = names_event_find(names, DIALECT_SOLARIS, w->text)) != NULL)
		d->solaris = true;
	if (e != NULL) {
		d->event = e->number;
		return true;
	}
	if (number_of(w->text, &v) && v <= UINT16_MAX) {
		d->event = (uint16_t)v;
		return true;
	}
	nearest_init(&near, w->text);
	e = names_events(names, bsd, &n);
	for (size_t i = 0; i < n; i++)
		nearest_try(&near, slice_str(e[i].name));
	diag_unknown_near(r->env->diags, DIAG_EVENT_UNKNOWN, w->at, &near);
	return false;
}

static bool
read_words(struct reader *r, struct draft *d)
{
	if (!take_event(r, d))
		return false;
	while (r->n > 0) {
		const struct lexeme	*w = take(r);
		const struct word	*k = words;

		while (k->name != NULL && (w->quoted || !is_value(w) ||
		    !slice_is(w->text, k->name)))
			k++;
		if (k->name == NULL)
			return unknown_word(r, w);
		if (!take_after(r, k, d))
			return false;
	}
	return true;
}

/* Writing. */

/* Append a token by the name of its layout. */
static void
put(struct buf *b, struct token *t, const char *name)
{
	t->layout = layout_by_name(slice_str(name));
	(void)build_token(b, t);	/* every value was checked */
}

/* The text with a NUL behind it, in SCRATCH. */
static struct slice
ended(struct buf *scratch, struct slice s)
{
	buf_clear(scratch);
	buf_slice(scratch, s);
	buf_u8(scratch, 0);
	return buf_bytes(scratch);
}

static void
put_text(struct buf *b, struct buf *scratch, struct slice s, const char *name)
{
	struct token	 t = { .str.text = ended(scratch, s) };

	put(b, &t, name);
}

static void
put_list(struct buf *b, struct buf *scratch, const struct list *l,
    const char *name)
{
	struct token	 t = { .list.list.claimed = (uint32_t)l->n };

	if (l->n == 0)
		return;
	buf_clear(scratch);
	for (size_t i = 0; i < l->n; i++) {
		buf_slice(scratch, l->v[i]);
		buf_u8(scratch, 0);
	}
	t.list.list.bytes = buf_bytes(scratch);
	put(b, &t, name);
}

static void
put_header(struct buf *b, const struct draft *d, int64_t millis)
{
	bool		 ex = d->host_addr.n > 0;
	uint64_t	 ms = (uint64_t)(millis % 1000);
	struct token	 t = { .header = {
		.version = d->solaris ? 2 : 11, .event = d->event,
		.address = d->host_addr, .seconds = (uint64_t)(millis / 1000),
		.fraction = d->solaris ? ms * 1000000 : ms } };

	if (d->solaris)
		put(b, &t, ex ? "header64_ex" : "header64");
	else
		put(b, &t, ex ? "header32_ex" : "header32");
}

static void
put_socket(struct buf *b, struct draft *d)
{
	bool	 v6 = d->socket.sock.laddr.n == 16;

	d->socket.sock.domain = v6 ? 26 : 2;	/* BSM's numbers */
	put(b, &d->socket, v6 ? "sockinet128" : "sockinet32");
}

static void
put_subject(struct buf *b, struct draft *d)
{
	static const uint8_t	 nowhere[4];
	uint64_t		*ids[] = { &d->subject.subject.auid,
	    &d->subject.subject.euid, &d->subject.subject.ruid,
	    &d->subject.subject.egid, &d->subject.subject.rgid };
	uint64_t		 first = ID_UNSET;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (first == ID_UNSET)
			first = *ids[i];
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (*ids[i] == ID_UNSET)
			*ids[i] = first == ID_UNSET ? 0 : first;
	if (d->subject.subject.address.n == 0)
		d->subject.subject.address = (struct slice){ nowhere, 4 };
	put(b, &d->subject, d->subject.subject.address.n == 4 ? "subject32" :
	    "subject32_ex");
}

static void
put_record(struct buf *b, struct draft *d, int64_t millis)
{
	struct buf	 scratch = { 0 };
	size_t		 start = b->n;
	struct token	 ret = { .ret = { d->error, d->value } };

	put_header(b, d, millis);
	put_list(b, &scratch, &d->args, "exec_args");
	put_list(b, &scratch, &d->env, "exec_env");
	for (size_t i = 0; i < d->narguments; i++) {
		struct token	*t = &d->arguments[i];

		t->arg.text = ended(&scratch, t->arg.text);
		put(b, t, t->arg.value > UINT32_MAX ? "argument64" :
		    "argument32");
	}
	for (size_t i = 0; i < d->paths.n; i++)
		put_text(b, &scratch, d->paths.v[i], "path");
	if ((d->wants & WANT_ATTR) != 0)
		put(b, &d->attr, "attribute32");
	for (size_t i = 0; i < d->texts.n; i++)
		put_text(b, &scratch, d->texts.v[i], "text");
	if ((d->wants & WANT_SOCKET) != 0)
		put_socket(b, d);
	if ((d->wants & WANT_ZONE) != 0)
		put_text(b, &scratch, d->zone, "zonename");
	if ((d->wants & WANT_SUBJECT) != 0)
		put_subject(b, d);
	put(b, &ret, "return32");
	if (d->solaris)
		build_sizes(b, start);
	else
		build_finish(b, start);
	buf_fini(&scratch);
}

bool
words_record(const struct words_env *env, const struct lexeme *w, size_t n,
    int64_t millis, struct buf *out)
{
	struct reader	 r = { env, w, n, n > 0 ? *w : (struct lexeme){ 0 } };
	struct draft	*d = xcalloc(1, sizeof(*d));
	size_t		 start = out->n;
	bool		 ok;

	d->subject.subject.auid = d->subject.subject.euid =
	    d->subject.subject.ruid = d->subject.subject.egid =
	    d->subject.subject.rgid = ID_UNSET;
	ok = read_words(&r, d);
	if (ok) {
		put_record(out, d, millis);
		if (out->n - start > FRAME_RECORD_MAX) {
			out->n = start;
			ok = complain(&r, w, "larger than a record may be");
		}
	}
	free(d);
	return ok;
}

bool
words_time(const struct words_env *env, const struct lexeme *w, size_t n,
    int64_t *millis)
{
	struct reader	 r = { env, w, n, n > 0 ? *w : (struct lexeme){ 0 } };
	struct civil	 c;

	if (n != 1 || !civil_parse(w->text, ' ', &c) || c.year < 1970)
		return complain(&r, n > 0 ? w : NULL,
		    "a time looks like \"2026-01-31 23:59:00\"");
	*millis = civil_seconds(&c) * 1000;
	return true;
}
