/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * criteria.c - from what the user wrote to tests of records.
 *
 * Which token a criterion is about stands in a table of token labels and field
 * names; where the field lies in a token is worked out from the token table
 * when the criteria are ready, so that judging a record is comparing bytes at
 * known places.
 */
#include "select/criteria.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bsm/flags.h"
#include "rule/program.h"
#include "select/tests.h"

/* What the text of a criterion is. */
enum taken {
	TAKES_OTHER,		/* not a text */
	TAKES_UID, TAKES_GID, TAKES_NUMBER, TAKES_TEXT,
	TAKES_FLAGS, TAKES_EVENT, TAKES_PATHS, TAKES_SOCKET, TAKES_USER
};

static const struct kind {
	const char	*object;	/* its name for -o, or NULL */
	enum taken	 value;
} kinds[CRITERIA] = {
	[CRIT_CLASS] = { NULL, TAKES_FLAGS },
	[CRIT_EVENT] = { NULL, TAKES_EVENT },
	[CRIT_AUID] = { NULL, TAKES_UID },
	[CRIT_EUID] = { NULL, TAKES_UID },
	[CRIT_RUID] = { NULL, TAKES_UID },
	[CRIT_EGID] = { NULL, TAKES_GID },
	[CRIT_RGID] = { NULL, TAKES_GID },
	[CRIT_PID] = { NULL, TAKES_NUMBER },
	[CRIT_SESSION] = { NULL, TAKES_NUMBER },
	[CRIT_ZONE] = { NULL, TAKES_TEXT },
	[CRIT_FILE] = { "file", TAKES_PATHS },
	[CRIT_FILE_OWNER] = { "fileowner", TAKES_UID },
	[CRIT_FILE_GROUP] = { "filegroup", TAKES_GID },
	[CRIT_MSGQ] = { "msgqid", TAKES_NUMBER },
	[CRIT_MSGQ_OWNER] = { "msgqowner", TAKES_UID },
	[CRIT_MSGQ_GROUP] = { "msgqgroup", TAKES_GID },
	[CRIT_SEM] = { "semid", TAKES_NUMBER },
	[CRIT_SEM_OWNER] = { "semowner", TAKES_UID },
	[CRIT_SEM_GROUP] = { "semgroup", TAKES_GID },
	[CRIT_SHM] = { "shmid", TAKES_NUMBER },
	[CRIT_SHM_OWNER] = { "shmowner", TAKES_UID },
	[CRIT_SHM_GROUP] = { "shmgroup", TAKES_GID },
	[CRIT_PROCESS] = { "pid", TAKES_NUMBER },
	[CRIT_PROCESS_OWNER] = { "procowner", TAKES_UID },
	[CRIT_PROCESS_GROUP] = { "procgroup", TAKES_GID },
	[CRIT_SOCKET] = { "sock", TAKES_SOCKET },
	[CRIT_FMRI] = { "fmri", TAKES_TEXT },
	[CRIT_USER] = { "user", TAKES_USER },
};

/*
 * Which member of which tokens, by their labels; the 32-bit, 64-bit and
 * extended forms of a token share one, and `*` ends a prefix. A row with more
 * than IDS_SUBJECTS counts if that much was asked for.
 */
static const struct row {
	enum criterion		 criterion;
	const char		*label;
	const char		*field;
	enum look_how		 how;
	enum criteria_ids	 ids;
	uint8_t			 ipc;
} rows[] = {
	{ CRIT_CLASS, "return", "error", LOOK_OUTCOME, 0, 0 },
	{ CRIT_AUID, "subject", "auid", LOOK_ID, 0, 0 },
	{ CRIT_AUID, "process", "auid", LOOK_ID, IDS_PROCESSES, 0 },
	{ CRIT_EUID, "subject", "euid", LOOK_ID, 0, 0 },
	{ CRIT_EUID, "process", "euid", LOOK_ID, IDS_PROCESSES, 0 },
	{ CRIT_EUID, "attribute", "uid", LOOK_ID, IDS_OWNERS, 0 },
	{ CRIT_EUID, "IPC perm", "uid", LOOK_ID, IDS_OWNERS, 0 },
	{ CRIT_EUID, "IPC perm", "cuid", LOOK_ID, IDS_OWNERS, 0 },
	{ CRIT_EUID, "X *", "cuid", LOOK_ID, IDS_OWNERS, 0 },
	{ CRIT_RUID, "subject", "ruid", LOOK_ID, 0, 0 },
	{ CRIT_RUID, "process", "ruid", LOOK_ID, IDS_PROCESSES, 0 },
	{ CRIT_EGID, "subject", "egid", LOOK_ID, 0, 0 },
	{ CRIT_EGID, "process", "egid", LOOK_ID, IDS_PROCESSES, 0 },
	{ CRIT_EGID, "attribute", "gid", LOOK_ID, IDS_OWNERS, 0 },
	{ CRIT_RGID, "subject", "rgid", LOOK_ID, 0, 0 },
	{ CRIT_RGID, "process", "rgid", LOOK_ID, IDS_PROCESSES, 0 },
	{ CRIT_RGID, "IPC perm", "gid", LOOK_ID, IDS_OWNERS, 0 },
	{ CRIT_RGID, "IPC perm", "cgid", LOOK_ID, IDS_OWNERS, 0 },
	{ CRIT_RGID, "group", "groups", LOOK_GROUPS, IDS_OWNERS, 0 },
	{ CRIT_PID, "subject", "pid", LOOK_ID, 0, 0 },
	{ CRIT_SESSION, "subject", "session", LOOK_ID, 0, 0 },
	{ CRIT_ZONE, "zone", "zone", LOOK_TEXT, 0, 0 },
	{ CRIT_FILE, "path", "path", LOOK_TEXT, 0, 0 },
	{ CRIT_FILE_OWNER, "attribute", "uid", LOOK_ID, 0, 0 },
	{ CRIT_FILE_GROUP, "attribute", "gid", LOOK_ID, 0, 0 },
	{ CRIT_MSGQ, "IPC", "id", LOOK_IPC_ID, 0, IPC_MSGQ },
	{ CRIT_MSGQ_OWNER, "IPC", "kind", LOOK_IPC_KIND, 0, 0 },
	{ CRIT_MSGQ_OWNER, "IPC perm", "uid", LOOK_ID, 0, IPC_MSGQ },
	{ CRIT_MSGQ_OWNER, "IPC perm", "cuid", LOOK_ID, 0, IPC_MSGQ },
	{ CRIT_MSGQ_GROUP, "IPC", "kind", LOOK_IPC_KIND, 0, 0 },
	{ CRIT_MSGQ_GROUP, "IPC perm", "gid", LOOK_ID, 0, IPC_MSGQ },
	{ CRIT_MSGQ_GROUP, "IPC perm", "cgid", LOOK_ID, 0, IPC_MSGQ },
	{ CRIT_SEM, "IPC", "id", LOOK_IPC_ID, 0, IPC_SEM },
	{ CRIT_SEM_OWNER, "IPC", "kind", LOOK_IPC_KIND, 0, 0 },
	{ CRIT_SEM_OWNER, "IPC perm", "uid", LOOK_ID, 0, IPC_SEM },
	{ CRIT_SEM_OWNER, "IPC perm", "cuid", LOOK_ID, 0, IPC_SEM },
	{ CRIT_SEM_GROUP, "IPC", "kind", LOOK_IPC_KIND, 0, 0 },
	{ CRIT_SEM_GROUP, "IPC perm", "gid", LOOK_ID, 0, IPC_SEM },
	{ CRIT_SEM_GROUP, "IPC perm", "cgid", LOOK_ID, 0, IPC_SEM },
	{ CRIT_SHM, "IPC", "id", LOOK_IPC_ID, 0, IPC_SHM },
	{ CRIT_SHM_OWNER, "IPC", "kind", LOOK_IPC_KIND, 0, 0 },
	{ CRIT_SHM_OWNER, "IPC perm", "uid", LOOK_ID, 0, IPC_SHM },
	{ CRIT_SHM_OWNER, "IPC perm", "cuid", LOOK_ID, 0, IPC_SHM },
	{ CRIT_SHM_GROUP, "IPC", "kind", LOOK_IPC_KIND, 0, 0 },
	{ CRIT_SHM_GROUP, "IPC perm", "gid", LOOK_ID, 0, IPC_SHM },
	{ CRIT_SHM_GROUP, "IPC perm", "cgid", LOOK_ID, 0, IPC_SHM },
	{ CRIT_PROCESS, "process", "pid", LOOK_ID, 0, 0 },
	{ CRIT_PROCESS_OWNER, "process", "euid", LOOK_ID, 0, 0 },
	{ CRIT_PROCESS_OWNER, "process", "ruid", LOOK_ID, 0, 0 },
	{ CRIT_PROCESS_GROUP, "process", "egid", LOOK_ID, 0, 0 },
	{ CRIT_PROCESS_GROUP, "process", "rgid", LOOK_ID, 0, 0 },
	{ CRIT_SOCKET, "socket", "", LOOK_SOCKET, 0, 0 },
	{ CRIT_SOCKET, "socket-inet*", "", LOOK_SOCKET, 0, 0 },
	{ CRIT_FMRI, "fmri", "fmri", LOOK_TEXT, 0, 0 },
	{ CRIT_USER, "user", "uid", LOOK_ID, 0, 0 },
	{ CRIT_USER, "user", "name", LOOK_TEXT, 0, 0 },
};

struct criteria *
criteria_new(const struct names *names, const struct accounts *accounts)
{
	struct criteria	*c = xcalloc(1, sizeof(*c));

	c->names = names;
	c->accounts = accounts;
	c->ids = IDS_PROCESSES;
	c->from = INT64_MIN;
	c->until = INT64_MAX;
	c->events = xcalloc(DIALECTS, EVENTS);
	c->heads = xcalloc(DIALECTS, EVENTS);
	for (unsigned v = 0; v < 256; v++)
		c->dialects[v] = (uint8_t)names_dialect(names, (uint8_t)v);
	return c;
}

void
criteria_free(struct criteria *c)
{
	if (c == NULL)
		return;
	for (int i = 0; i < CRITERIA; i++)
		free(c->texts[i]);
	pathlist_free(c->paths);
	ask_free(c->ask);
	free(c->events);
	free(c->heads);
	free(c);
}

void
criteria_every(struct criteria *c, bool every)
{
	c->every = every;
}

void
criteria_invert(struct criteria *c, bool invert)
{
	c->invert = invert;
}

void
criteria_ids(struct criteria *c, enum criteria_ids ids)
{
	c->ids = ids;
}

/* ------------------------------------------------------------------ values */

/*
 * A number of 32 bits, perhaps with a sign, as strtol(3) reads it: 4294967295
 * and -1 are the same. Nothing at all is 0.
 */
enum number { NO_NUMBER, TOO_LARGE, IS_NUMBER };

static enum number
read_number(const char *text, uint32_t *value)
{
	const char	*s = text + strspn(text, " \t");
	const bool	 minus = *s == '-';
	const uint64_t	 max = minus ? UINT64_C(1) << 31 : UINT32_MAX;
	uint64_t	 v = 0;

	s += *s == '-' || *s == '+';
	if (*s == '\0' && *text != '\0')
		return NO_NUMBER;
	for (; *s >= '0' && *s <= '9'; s++)
		if ((v = v * 10 + (uint64_t)(*s - '0')) > max)
			v = max + 1;
	if (*s != '\0')
		return NO_NUMBER;
	*value = (uint32_t)(minus ? -v : v);
	return v > max ? TOO_LARGE : IS_NUMBER;
}

static void
put_quoted(struct buf *why, struct slice text)
{
	buf_char(why, '\'');
	buf_escape(why, text);
	buf_char(why, '\'');
}

static bool
add_number(struct criteria *c, enum criterion which, const char *text,
    struct buf *why)
{
	const enum number	 n = read_number(text, &c->values[which]);

	if (n == IS_NUMBER)
		return true;
	put_quoted(why, slice_str(text));
	buf_str(why, n == TOO_LARGE ? " does not fit 32 bits" :
	    " is not a number");
	return false;
}

/* A number, or a name that this machine, or the image, knows. */
static bool
add_account(struct criteria *c, enum criterion which, const char *text,
    struct buf *why)
{
	const bool		 user = kinds[which].value == TAKES_UID;
	const struct accounts	*a = c->accounts;
	const enum number	 n = read_number(text, &c->values[which]);

	if (n == IS_NUMBER || (n == NO_NUMBER && (user ?
	    a->uid_of(a->arg, text, &c->values[which]) :
	    a->gid_of(a->arg, text, &c->values[which]))))
		return true;
	if (n == TOO_LARGE) {
		put_quoted(why, slice_str(text));
		buf_str(why, " does not fit 32 bits");
		return false;
	}
	buf_printf(why, "there is no %s ", user ? "user" : "group");
	put_quoted(why, slice_str(text));
	buf_str(why, " here; give the number");
	return false;
}

/* Mark the number of an event that is asked for, in one dialect or in all. */
static bool
add_event(struct criteria *c, const char *text, struct buf *why)
{
	uint32_t		 number;
	const enum number	 n = read_number(text, &number);
	bool			 known = false;

	if (n == IS_NUMBER && number < EVENTS && *text != '\0') {
		for (unsigned d = 0; d < DIALECTS; d++)
			c->events[d * EVENTS + number] |= EVENT_LISTED;
		return true;
	}
	for (unsigned d = 0; n == NO_NUMBER && d < DIALECTS; d++) {
		const struct event_name	*e = names_event_find(c->names,
		    (enum dialect)d, slice_str(text));

		if (e == NULL)
			continue;
		known = true;
		c->events[d * EVENTS + e->number] |= EVENT_LISTED;
	}
	if (known)
		return true;
	if (n == NO_NUMBER)
		buf_str(why, "no audit event is called ");
	put_quoted(why, slice_str(text));
	if (n != NO_NUMBER)
		buf_str(why, " is no event: numbers go from 0 to 65535");
	return false;
}

/* Of a number that is listed twice the first row counts, as everywhere. */
static void
mark_classes(struct criteria *c, enum dialect d, const struct flags *flags)
{
	size_t				 n;
	const struct event_name		*all = names_events(c->names, d, &n);

	for (size_t i = 0; i < n; i++) {
		const uint16_t	 number = all[i].number;
		const uint64_t	 classes = names_event(c->names, d,
		    number)->classes;
		const bool	 success = flags_preselect(flags, classes,
		    true);
		const bool	 failure = flags_preselect(flags, classes,
		    false);

		c->events[d * EVENTS + number] |=
		    (success ? EVENT_SUCCESS : 0) |
		    (failure ? EVENT_FAILURE : 0);
		c->outcome |= success != failure;
	}
}

/* Mark all events of the classes; those of an earlier list are forgotten. */
static bool
add_flags(struct criteria *c, const char *text, struct buf *why)
{
	struct flags	 flags[DIALECTS];
	struct slice	 bad;

	if (!flags_parse(c->names, slice_str(text), flags, &bad)) {
		buf_str(why, "no audit class is called ");
		put_quoted(why, bad);
		buf_str(why, "; a list is like lo,+ex,^-fc");
		return false;
	}
	for (unsigned i = 0; (c->need & BIT(CRIT_CLASS)) != 0 &&
	    i < DIALECTS * EVENTS; i++)
		c->events[i] &= (uint8_t)~EVENT_CLASS;
	c->outcome = false;
	for (unsigned d = 0; d < DIALECTS; d++)
		mark_classes(c, (enum dialect)d, &flags[d]);
	return true;
}

static bool
add_paths(struct criteria *c, const char *text, struct buf *why)
{
	struct pathlist	*list = pathlist_new(slice_str(text), why);

	if (list == NULL)
		return false;
	pathlist_free(c->paths);
	c->paths = list;
	return true;
}

/* A port, decimal or 0x and hexadecimal, or an address in numbers. */
static bool
add_socket(struct criteria *c, const char *text, struct buf *why)
{
	struct socket_wanted	*s = &c->socket;
	const bool		 hex = strncmp(text, "0x", 2) == 0;
	const char		*digits = hex ? text + 2 : text;
	char			*end = NULL;

	*s = (struct socket_wanted){ .address = { s->bytes, 0 } };
	if (strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") ==
	    strlen(digits) && *digits != '\0') {
		const unsigned long	 port = strtoul(digits, &end,
		    hex ? 16 : 10);

		s->is_port = true;
		s->port = port;
		if (port <= UINT16_MAX && strlen(digits) <= 9)
			return true;
		put_quoted(why, slice_str(text));
		buf_str(why, " is no port: they go from 0 to 65535");
		return false;
	}
	if (inet_pton(AF_INET, text, s->bytes) == 1)
		s->address.n = 4;
	else if (inet_pton(AF_INET6, text, s->bytes) == 1)
		s->address.n = 16;
	if (s->address.n > 0)
		return true;
	put_quoted(why, slice_str(text));
	buf_str(why, " is neither a port nor an address in numbers");
	return false;
}

static void
add_text(struct criteria *c, enum criterion which, const char *text)
{
	free(c->texts[which]);
	c->texts[which] = xstrdup(text);
}

/* The name in the record, or the number; the name need not be known here. */
static bool
add_user(struct criteria *c, const char *text)
{
	const struct accounts	*a = c->accounts;
	uint32_t		*id = &c->values[CRIT_USER];

	add_text(c, CRIT_USER, text);
	c->user_is_id = read_number(text, id) == IS_NUMBER ||
	    a->uid_of(a->arg, text, id);
	return true;
}

bool
criteria_add(struct criteria *c, enum criterion which, const char *text,
    struct buf *why)
{
	bool	 good = true;

	switch (kinds[which].value) {
	case TAKES_OTHER:
		break;
	case TAKES_UID:
	case TAKES_GID:
		good = add_account(c, which, text, why);
		break;
	case TAKES_NUMBER:
		good = add_number(c, which, text, why);
		break;
	case TAKES_TEXT:
		add_text(c, which, text);
		break;
	case TAKES_FLAGS:
		good = add_flags(c, text, why);
		break;
	case TAKES_EVENT:
		good = add_event(c, text, why);
		break;
	case TAKES_PATHS:
		good = add_paths(c, text, why);
		break;
	case TAKES_SOCKET:
		good = add_socket(c, text, why);
		break;
	case TAKES_USER:
		good = add_user(c, text);
		break;
	}
	c->need |= BIT(which);
	return good;
}

enum criterion
criteria_object(struct slice name)
{
	if (slice_is(name, "path"))		/* illumos' other name */
		return CRIT_FILE;
	for (int i = 0; i < CRITERIA; i++)
		if (kinds[i].object != NULL && slice_is(name, kinds[i].object))
			return (enum criterion)i;
	return CRIT_NONE;
}

void
criteria_objects(struct buf *out)
{
	const char	*comma = "";

	for (int i = 0; i < CRITERIA; i++) {
		if (kinds[i].object == NULL)
			continue;
		buf_printf(out, "%s%s", comma, kinds[i].object);
		comma = ", ";
	}
}

/* -------------------------------------------------- time, header, where */

void
criteria_header(struct criteria *c)
{
	c->need |= BIT(CRIT_HEADER);
}

void
criteria_from(struct criteria *c, int64_t seconds)
{
	c->need |= BIT(CRIT_FROM);
	c->from = seconds;
}

void
criteria_until(struct criteria *c, int64_t seconds)
{
	c->need |= BIT(CRIT_UNTIL);
	c->until = seconds;
}

void
criteria_period(const struct criteria *c, int64_t *from, int64_t *until)
{
	*from = c->from;
	*until = c->until;
}

void
criteria_where(struct criteria *c, const struct program *p)
{
	c->where = p;
	c->need |= BIT(CRIT_WHERE);
	ask_free(c->ask);
	c->ask = ask_new(p);
}

bool
criteria_has_where(const struct criteria *c)
{
	return c->where != NULL;
}

/* ------------------------------------------------------------------- looks */

/* Is this one of the labels: the same, its extended form, or the prefix? */
static bool
label_is(const char *label, const char *wanted)
{
	const size_t	 n = strlen(wanted);

	if (n > 0 && wanted[n - 1] == '*')
		return strncmp(label, wanted, n - 1) == 0;
	return strncmp(label, wanted, n) == 0 &&
	    (label[n] == '\0' || strcmp(label + n, "_ex") == 0);
}

/* Where a field lies in a token, with the id before it; 0: it has none. */
static size_t
field_place(const struct layout *lay, const char *name, enum wire *wire)
{
	size_t	 at = 1;

	for (const struct field *f = lay->fields; f->name != NULL; f++) {
		*wire = f->wire;
		if (strcmp(f->name, name) == 0)
			return at;
		if (wire_width(f->wire) == 0)
			return 0;
		at += wire_width(f->wire);
	}
	return 0;
}

static void
add_look(struct criteria *c, const struct layout *lay, const struct row *r)
{
	enum wire	 wire = W_N;
	struct look	 look = { r->criterion, r->how, 1, r->ipc };
	struct by_id	*b = &c->by_id[lay->id];

	if (!label_is(lay->label, r->label))
		return;
	if (r->how != LOOK_SOCKET &&
	    (look.at = (uint8_t)field_place(lay, r->field, &wire)) == 0)
		return;
	if (r->how == LOOK_GROUPS && wire == W_U32X16)
		look.how = LOOK_GROUPS16;
	if (c->nlooks == LOOKS_MAX)
		mem_end("select: more looks than LOOKS_MAX");
	if (b->count++ == 0) {
		b->first = (uint8_t)c->nlooks;
		b->how = (uint8_t)look.how;
		b->at = look.at;
	}
	b->simple = b->count == 1 && r->ipc == 0 &&
	    (look.how == LOOK_ID || look.how == LOOK_TEXT);
	c->looks[c->nlooks++] = look;
}

static bool
is_asked(const struct criteria *c, const struct row *r)
{
	if (r->criterion == CRIT_USER && r->how == LOOK_ID && !c->user_is_id)
		return false;
	return (c->deep & BIT(r->criterion)) != 0 && r->ids <= c->ids;
}

/* Questions to the tokens of one id stand together, and so do criteria. */
static void
make_looks(struct criteria *c)
{
	size_t			 n;
	const struct layout	*lay = token_layouts(&n);

	c->nlooks = 0;
	memset(c->by_id, 0, sizeof(c->by_id));
	for (size_t id = 0; id < 256; id++) {
		const struct token_sizing	*s = &token_sizings[id];

		if (s->how != TOKEN_HOP)
			continue;
		c->by_id[id].size = s->fixed;
		c->by_id[id].mask = s->mask;
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && lay[i].id == lay[i - 1].id)
			continue;	/* what is asked for lies the same */
		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++)
			if (is_asked(c, &rows[j]))
				add_look(c, &lay[i], &rows[j]);
	}
	c->alone = c->nlooks > 0 && (c->deep & (c->deep - 1)) == 0;
	for (size_t id = 0; id < 256; id++)
		c->alone &= c->by_id[id].count == 0 || c->by_id[id].simple;
}

/* ------------------------------------------------------------------ needle */

/* What matches nothing but itself, for fnmatch(3). */
static bool
is_literal(const char *pattern)
{
	return strpbrk(pattern, "*?[\\") == NULL;
}

/*
 * All criteria must hold, so the bytes of any one have to be in the record,
 * whichever of its tokens is meant.
 */
static void
offer_needles(struct criteria *c, enum criterion which)
{
	const uint32_t	 v = c->values[which];
	const uint8_t	 wire[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
	    (uint8_t)(v >> 8), (uint8_t)v };
	struct slice	 all[PATHLIST_PARTS];
	size_t		 n = 0;

	switch (kinds[which].value) {
	case TAKES_UID:
	case TAKES_GID:
	case TAKES_NUMBER:
		all[n++] = (struct slice){ wire, sizeof(wire) };
		break;
	case TAKES_TEXT:
		if (is_literal(c->texts[which]))
			all[n++] = slice_str(c->texts[which]);
		break;
	case TAKES_PATHS:
		n = pathlist_parts(c->paths, all);
		break;
	case TAKES_SOCKET:
		if (!c->socket.is_port)
			all[n++] = c->socket.address;
		break;
	case TAKES_OTHER:		/* told by the header, or no text */
	case TAKES_FLAGS:
	case TAKES_EVENT:
	case TAKES_USER:		/* a number or a name */
		break;
	}
	needles_offer(&c->needles, all, n);
}

void
criteria_ready(struct criteria *c)
{
	const uint64_t	 told = BIT(CRIT_HEADER) | BIT(CRIT_FROM) |
	    BIT(CRIT_UNTIL) | BIT(CRIT_EVENT);

	if (c->invert)		/* only what has a header can be turned round */
		c->need |= BIT(CRIT_HEADER);
	c->deep = c->need & ~told;
	if (!c->outcome)
		c->deep &= ~BIT(CRIT_CLASS);
	memset(c->heads, 0, (size_t)DIALECTS * EVENTS);
	c->unsure = false;
	make_looks(c);
	c->needles.n = 0;
	for (int i = 0; i < CRITERIA; i++)
		if ((c->deep & BIT(i)) != 0)
			offer_needles(c, (enum criterion)i);
}
