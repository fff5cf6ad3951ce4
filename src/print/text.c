/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.c - records as the lines of praudit(1).
 *
 * The token table says which fields there are and what they mean. From it and
 * from the style a plan is made once: for each layout a few steps, each a form
 * of spelling and the place of a member. A record is then printed by walking
 * steps, without looking at names or options. A small table holds the fields
 * that praudit spells in its own way.
 *
 * There are two ways through a record. Where the length of every token can be
 * told at once, the steps read the members from the record themselves; that is
 * nearly always so. Otherwise tokens are decoded by the table first. The tests
 * hold the two against each other.
 *
 * Names of users and groups and the spelled time are remembered, since
 * neighbouring records share them. Space is reserved for a whole field before
 * it is written, so digits go straight into the buffer.
 */
#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "bsm/errors.h"
#include "bsm/status.h"
#include "bsm/token.h"
#include "print/spell.h"
#include "print/text.h"

#define ACCOUNTS 1024u		/* remembered users, and as many groups */
#define NAME_MAX_BYTES 64u	/* of a user or group, with its NUL */
#define EVENTS 512u		/* remembered events */
#define CTIME_BYTES 24u		/* Thu Oct 14 11:20:59 2021 */
#define BLOCK 32u		/* bytes that are moved at once */
#define DELIMITER_MAX 8u	/* a longer one goes the slow way */
#define FIELDS_MAX 16u		/* of a token that goes the fast way */

enum form {
	F_HIDDEN,		/* not printed */
	F_DEC, F_SIGNED64, F_SIGNED32, F_OCT, F_HEX,
	F_PORT,			/* as hex, but zero is 0 */
	F_BYTE,			/* 0x and two digits */
	F_UID, F_GID, F_EVENT, F_SECONDS, F_MSEC, F_ERROR, F_EXIT, F_IPC,
	F_PRIVILEGE,		/* flag of a used privilege */
	F_STR, F_BLOB, F_HEXBYTES, F_ADDRESS, F_UUID, F_GIDS, F_STRINGS,
	F_DATA			/* how, unit, count and items at once */
};

/* Where praudit's spelling departs from what the table would give. */
static const struct exception {
	const char	*token;		/* NULL: any */
	const char	*field;
	enum form	 form;
} exceptions[] = {
	{ NULL, "fraction", F_MSEC },
	{ "trailer", "magic", F_HIDDEN },
	{ "return64", "value", F_SIGNED64 },
	{ "exit", "status", F_EXIT },
	{ NULL, "node", F_SIGNED64 },
	{ "ip", "version", F_BYTE },
	{ "ip", "tos", F_BYTE },
	{ "ip", "ttl", F_BYTE },
	{ "ip", "protocol", F_BYTE },
	{ "ip", "checksum", F_DEC },
	{ "iport", "port", F_PORT },
	{ "socket_ex", "domain", F_PORT },
	{ "socket_ex", "type", F_PORT },
	{ "socket_ex", "atype", F_HIDDEN },
	{ "socket_ex", "lport", F_PORT },
	{ "socket_ex", "rport", F_PORT },
	{ "socket_ex_short", "domain", F_PORT },
	{ "socket_ex_short", "type", F_PORT },
	{ "use_of_privilege", "success", F_PRIVILEGE },
	{ "arbitrary", "how", F_HIDDEN },
	{ "arbitrary", "unit", F_HIDDEN },
	{ "label", "words", F_HIDDEN },
};

struct step {
	enum form	 form;
	enum wire	 wire;
	const struct field *field;
};

/* How to print the tokens of one layout. */
struct plan {
	char		 name[BLOCK];	/* its label, or its id in raw style */
	size_t		 name_n;
	struct step	*steps;
	unsigned	 n;
};

/* A user or group that was asked for: its name, or its number as text. */
struct account {
	uint64_t	 key;		/* id + 1; 0: nobody yet */
	uint8_t		 n;
	char		 name[NAME_MAX_BYTES];
};

struct event {
	uint32_t	 key;		/* dialect, number, and 1 */
	struct slice	 name;		/* empty: none is known */
};

struct text {
	struct text_style	 style;
	struct slice		 delimiter;
	uint8_t			 delimiter_block[DELIMITER_MAX];
	const struct names	*names;
	const struct accounts	*accounts;
	const struct layout	*layouts;
	struct plan		*plans;		/* one for each layout */
	const struct plan	*direct[256];	/* by id; NULL: decode it */
	struct step		*steps;
	struct account		 users[ACCOUNTS], groups[ACCOUNTS];
	struct event		 events[EVENTS];
	uint64_t		 time;		/* what `spelled` says */
	struct tm		 tm;
	uint8_t			 spelled[BLOCK];	/* CTIME_BYTES of it */
	bool			 time_known;
	uint8_t			 version;	/* of the record at hand */
	struct buf		*out;
};

/* ------------------------------------------------------------------ plan */

static enum form
number_form(enum show show, const struct text_style *style)
{
	const bool	 raw = style->raw;

	switch (show) {
	case SHOW_UID:
		return raw || style->numeric_ids ? F_SIGNED32 : F_UID;
	case SHOW_GID:
		return raw || style->numeric_ids ? F_SIGNED32 : F_GID;
	case SHOW_OCT:
		return F_OCT;
	case SHOW_HEX:
		return F_HEX;
	case SHOW_EVENT:
		return raw ? F_DEC : F_EVENT;
	case SHOW_TIME:
		return raw ? F_DEC : F_SECONDS;
	case SHOW_ERROR:
		return raw ? F_DEC : F_ERROR;
	case SHOW_IPC:
		return raw ? F_DEC : F_IPC;
	case SHOW_DEC:
	case SHOW_DOMAIN:
	case SHOW_SOCKTYPE:
	case SHOW_UNIT:
	case SHOW_HOW:
		break;
	}
	return F_DEC;
}

static enum form
field_form(const struct layout *lay, const struct field *f,
    const struct text_style *style)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++) {
		const struct exception	*e = &exceptions[i];

		if (strcmp(e->field, f->name) != 0 ||
		    (e->token != NULL && strcmp(e->token, lay->name) != 0))
			continue;
		return e->form == F_MSEC && style->raw ? F_DEC : e->form;
	}
	switch (f->wire) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
	case W_ATYPE:
	case W_TID:
		return number_form(f->show, style);
	case W_STR:
	case W_ZSTR108:
		return F_STR;
	case W_OPAQUE:
		return F_BLOB;
	case W_RAW4:
	case W_RAW16:
	case W_ADDR:
	case W_AT_ADDR:
		return F_ADDRESS;
	case W_UUID:
		return F_UUID;
	case W_STRINGS:
	case W_STRS16:
		return F_STRINGS;
	case W_U32S:
	case W_U32X16:
		return F_GIDS;
	case W_ITEMS:
		return F_DATA;
	case W_WORDS:
	case W_N:
		break;
	}
	return F_HEXBYTES;
}

/* Can the steps read the field from the record, knowing nothing else? */
static bool
is_direct(enum wire w)
{
	switch (w) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
	case W_STR:
	case W_OPAQUE:
	case W_RAW4:
	case W_RAW16:
	case W_ADDR:
	case W_UUID:
	case W_STRINGS:
	case W_U32S:
	case W_U32X16:
		return true;
	case W_ATYPE:
	case W_AT_ADDR:
	case W_STRS16:
	case W_ZSTR108:
	case W_ITEMS:
	case W_WORDS:
	case W_TID:
	case W_N:
		break;
	}
	return false;
}

static void
make_plan(struct text *t, const struct layout *lay, struct plan *p)
{
	bool		 direct = lay->first_for == FOR_ALL;

	p->name_n = strlen(lay->label);
	assert(p->name_n <= sizeof(p->name));
	memcpy(p->name, lay->label, p->name_n);
	if (t->style.raw)
		p->name_n = spell_dec((uint8_t *)p->name, lay->id);
	for (const struct field *f = lay->fields; f->name != NULL; f++) {
		p->steps[p->n++] = (struct step){
		    field_form(lay, f, &t->style), f->wire, f };
		direct &= is_direct(f->wire);
	}
	if (direct && p->n <= FIELDS_MAX && !t->style.escape &&
	    t->delimiter.n <= DELIMITER_MAX)
		t->direct[lay->id] = p;
}

static void
make_plans(struct text *t)
{
	size_t		 n, fields = 0;

	t->layouts = token_layouts(&n);
	for (size_t i = 0; i < n; i++)
		for (const struct field *f = t->layouts[i].fields;
		    f->name != NULL; f++)
			fields++;
	t->plans = xcalloc(n, sizeof(*t->plans));
	t->steps = xcalloc(fields, sizeof(*t->steps));
	fields = 0;
	for (size_t i = 0; i < n; i++) {
		t->plans[i].steps = t->steps + fields;
		make_plan(t, &t->layouts[i], &t->plans[i]);
		fields += t->plans[i].n;
	}
}

struct text *
text_new(const struct text_style *style, const struct names *names,
    const struct accounts *accounts)
{
	struct text	*t = xcalloc(1, sizeof(*t));

	t->style = *style;
	t->delimiter = slice_str(style->delimiter == NULL ? "," :
	    style->delimiter);
	if (t->delimiter.n <= DELIMITER_MAX)
		memcpy(t->delimiter_block, t->delimiter.p, t->delimiter.n);
	t->names = names;
	t->accounts = accounts;
	make_plans(t);
	tzset();			/* localtime_r() need not */
	return t;
}

void
text_free(struct text *t)
{
	if (t == NULL)
		return;
	free(t->plans);
	free(t->steps);
	free(t);
}

/* --------------------------------------------------------------- writing */

/* Room for N bytes. The buffer has no limit, so there always is. */
static inline uint8_t *
room(struct buf *out, size_t n)
{
	if (out->cap - out->n >= n && out->p != NULL)
		return out->p + out->n;
	return buf_room(out, n);
}

static inline void
put_slice(struct buf *out, struct slice s)
{
	if (s.n == 0)
		return;
	memcpy(room(out, s.n), s.p, s.n);
	out->n += s.n;
}

/* N bytes of a place that has BLOCK of them: one move of a fixed size. */
static inline void
put_block(struct buf *out, const void *from, size_t n)
{
	memcpy(room(out, BLOCK), from, BLOCK);
	out->n += n;
}

static inline void
put_char(struct buf *out, char c)
{
	*room(out, 1) = (uint8_t)c;
	out->n++;
}

static void
put_cstr(struct buf *out, const char *s)
{
	put_slice(out, slice_str(s));
}

static void
put_dec(struct buf *out, uint64_t v)
{
	out->n += spell_dec(room(out, SPELL_NUMBER_MAX), v);
}

static void
put_signed(struct buf *out, int64_t v)
{
	if (v < 0)
		put_char(out, '-');
	put_dec(out, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

static void
put_hex(struct buf *out, uint64_t v)
{
	put_slice(out, (struct slice){ (const uint8_t *)"0x", 2 });
	buf_hex(out, v);
}

static void
put_blob(struct buf *out, struct slice s)
{
	if (s.n == 0)
		return;
	put_slice(out, (struct slice){ (const uint8_t *)"0x", 2 });
	buf_hexbytes(out, s);
}

static inline void
put_delimiter(struct text *t)
{
	if (t->delimiter.n == 1)
		put_char(t->out, (char)t->delimiter.p[0]);
	else
		put_slice(t->out, t->delimiter);
}

/* Bytes as they are, or made harmless for a terminal. */
static void
put_bytes(struct text *t, struct slice s)
{
	if (t->style.escape)
		buf_escape(t->out, s);
	else
		put_slice(t->out, s);
}

/* A string without any of its NULs: praudit joins what stands around them. */
static void
put_str(struct text *t, struct slice s)
{
	while (s.n > 0) {
		const struct slice	 part = slice_until_nul(s);

		put_bytes(t, part);
		s.p += part.n;
		s.n -= part.n;
		if (s.n > 0) {
			s.p++;
			s.n--;
		}
	}
}

/* ---------------------------------------------------------------- values */

/* Fill the slot of a user or group that is not remembered. */
static void
ask_account(struct text *t, uint32_t id, struct account *a, bool user)
{
	const int32_t	 v = (int32_t)id;
	uint8_t		*to = (uint8_t *)a->name;

	a->key = (uint64_t)id + 1;
	if ((user ? t->accounts->user_of : t->accounts->group_of)(
	    t->accounts->arg, id, a->name, sizeof(a->name))) {
		a->n = (uint8_t)strnlen(a->name, sizeof(a->name));
		return;
	}
	*to = '-';
	a->n = (uint8_t)(v < 0 ? 1 + spell_dec(to + 1, (uint64_t)-(int64_t)v) :
	    spell_dec(to, id));
}

static inline const struct account *
find_account(struct text *t, uint64_t number, bool user)
{
	const uint32_t	 id = (uint32_t)number;
	struct account	*a = &(user ? t->users : t->groups)[id % ACCOUNTS];

	if (a->key != (uint64_t)id + 1)
		ask_account(t, id, a, user);
	return a;
}

static void
put_account(struct text *t, uint64_t id, bool user)
{
	const struct account	*a = find_account(t, id, user);

	if (a->n <= BLOCK)
		put_block(t->out, a->name, a->n);
	else
		put_slice(t->out, (struct slice){ (uint8_t *)a->name, a->n });
}

static inline struct slice
find_event(struct text *t, uint64_t number)
{
	const enum dialect	 dialect = names_dialect(t->names, t->version);
	const uint32_t		 key = 1u << 31 | (uint32_t)dialect << 16 |
	    (uint16_t)number;
	struct event		*e = &t->events[number % EVENTS];

	if (e->key != key) {
		const struct event_name	*name = names_event(t->names, dialect,
		    (uint16_t)number);

		e->key = key;
		e->name = (struct slice){ NULL, 0 };
		if (name != NULL)
			e->name = slice_str(t->style.event_names ?
			    name->name : name->text);
	}
	return e->name;
}

static void
put_event(struct text *t, uint64_t number)
{
	const struct slice	 name = find_event(t, number);

	if (name.n > 0)
		put_slice(t->out, name);
	else
		put_dec(t->out, number);
}

/* Write t->tm as ctime(3) does, without its newline. */
static void
spell_ctime(struct text *t)
{
	static const char	 days[] = "SunMonTueWedThuFriSat";
	static const char	 months[] =
	    "JanFebMarAprMayJunJulAugSepOctNovDec";
	const struct tm		*tm = &t->tm;
	uint8_t			*p = t->spelled;

	memcpy(p, "Www Mmm dd hh:mm:ss yyyy", CTIME_BYTES);
	memcpy(p, days + 3 * tm->tm_wday, 3);
	memcpy(p + 4, months + 3 * tm->tm_mon, 3);
	spell_two(p + 8, (unsigned)tm->tm_mday);
	if (p[8] == '0')
		p[8] = ' ';
	spell_two(p + 11, (unsigned)tm->tm_hour);
	spell_two(p + 14, (unsigned)tm->tm_min);
	spell_two(p + 17, (unsigned)tm->tm_sec);
	spell_two(p + 20, (unsigned)(tm->tm_year + 1900) / 100);
	spell_two(p + 22, (unsigned)(tm->tm_year + 1900));
}

/*
 * Make t->tm mean SECONDS. Within a minute only the seconds differ: no zone
 * changes in the middle of one. False for a year that has not four digits.
 */
static bool
break_down(struct text *t, uint64_t seconds)
{
	const int64_t	 step = (int64_t)(seconds - t->time);
	const time_t	 when = (time_t)seconds;

	if (seconds > 253402300799 + 86400)	/* of the year 9999 */
		return false;
	if (t->time_known && step > -60 && step < 60 &&
	    t->tm.tm_sec + step >= 0 && t->tm.tm_sec + step < 60) {
		t->tm.tm_sec += (int)step;
		return true;
	}
	t->time_known = (t->style.utc ? gmtime_r(&when, &t->tm) :
	    localtime_r(&when, &t->tm)) != NULL &&
	    t->tm.tm_year + 1900 >= 1000 && t->tm.tm_year + 1900 <= 9999;
	return t->time_known;
}

/* Make t->spelled mean SECONDS; false when it cannot. */
static bool
spell_seconds(struct text *t, uint64_t seconds)
{
	if (t->time_known && seconds == t->time)
		return true;
	if (!break_down(t, seconds))
		return false;
	t->time = seconds;
	spell_ctime(t);
	return true;
}

static void
put_seconds(struct text *t, uint64_t seconds)
{
	if (spell_seconds(t, seconds))
		put_block(t->out, t->spelled, CTIME_BYTES);
	else
		put_dec(t->out, seconds);
}

static void
put_error(struct buf *out, uint64_t number)
{
	const char	*text;

	if (number == 0) {
		put_cstr(out, "success");
		return;
	}
	text = errors_text((uint8_t)number);
	if (text != NULL) {
		put_cstr(out, "failure : ");
		put_cstr(out, text);
	} else {
		put_cstr(out, "failure: Unknown error: ");
		put_dec(out, number);
	}
}

static void
put_ipc(struct buf *out, uint64_t kind)
{
	static const char *const	 kinds[] = {
		"Message IPC", "Semaphore IPC", "Shared Memory IPC"
	};

	if (kind >= 1 && kind <= sizeof(kinds) / sizeof(kinds[0]))
		put_cstr(out, kinds[kind - 1]);
	else
		put_dec(out, kind);
}

static void
put_groups(struct text *t, struct slice list)
{
	for (size_t i = 0; i + 4 <= list.n; i += 4) {
		const uint32_t	 id = be32(list.p + i);

		put_delimiter(t);
		if (t->style.raw || t->style.numeric_ids)
			put_signed(t->out, (int32_t)id);
		else
			put_account(t, id, false);
	}
}

static void
put_strings(struct text *t, const struct strings *list)
{
	size_t		 at = 0;
	struct slice	 one;

	while (strings_next(list, &at, &one)) {
		put_delimiter(t);
		put_str(t, one);
	}
}

/* One item of WIDTH bytes; BSD and macOS write them as their machines do. */
static uint64_t
data_item(const struct text *t, const uint8_t *p, size_t width)
{
	const bool	 big = t->version >= 2 && t->version <= 4;
	uint64_t	 v = 0;

	for (size_t i = 0; i < width; i++)
		v = v << 8 | p[big ? i : width - 1 - i];
	return v;
}

static void
put_data_item(struct text *t, uint64_t how, uint64_t v, size_t width)
{
	const uint8_t	 low = (uint8_t)v;

	if (how != 4)
		put_char(t->out, ' ');
	switch (how) {
	case 1:
		buf_oct(t->out, v);
		break;
	case 2:
		put_signed(t->out, width == 4 ? (int32_t)v : (int64_t)v);
		break;
	case 3:
		buf_hex(t->out, v);
		break;
	default:
		put_bytes(t, (struct slice){ &low, 1 });
		break;
	}
}

/* Arbitrary data: how it wants to be shown, in which units, how many, which. */
static void
put_data(struct text *t, const struct token *tok)
{
	static const char *const	 hows[] = {
		"binary", "octal", "decimal", "hex", "string"
	};
	static const char *const	 units[] = {
		"byte", "short", "int", "int64"
	};
	const struct slice		 items = tok->data.items;
	const size_t			 width = (size_t)1 << tok->data.unit;

	put_delimiter(t);
	if (tok->data.how >= sizeof(hows) / sizeof(hows[0]))
		return;
	put_cstr(t->out, hows[tok->data.how]);
	put_delimiter(t);
	put_cstr(t->out, units[tok->data.unit]);
	put_delimiter(t);
	put_dec(t->out, items.n / width);
	put_delimiter(t);
	if (tok->data.how == 4 && width == 1) {
		put_bytes(t, items);
		return;
	}
	for (size_t i = 0; i + width <= items.n; i += width)
		put_data_item(t, tok->data.how,
		    data_item(t, items.p + i, width), width);
}

/* ---------------------------------------------------------------- tokens */

static void
put_number(struct text *t, enum form form, uint64_t v)
{
	struct buf	*out = t->out;

	switch (form) {
	case F_SIGNED64:
		put_signed(out, (int64_t)v);
		break;
	case F_SIGNED32:
		put_signed(out, (int32_t)v);
		break;
	case F_OCT:
		buf_oct(out, v);
		break;
	case F_PORT:
		if (v == 0) {
			put_char(out, '0');
			break;
		}
		put_hex(out, v);
		break;
	case F_HEX:
		put_hex(out, v);
		break;
	case F_BYTE:
		put_blob(out, (struct slice){ &(uint8_t){ (uint8_t)v }, 1 });
		break;
	case F_UID:
		put_account(t, v, true);
		break;
	case F_GID:
		put_account(t, v, false);
		break;
	case F_EVENT:
		put_event(t, v);
		break;
	case F_SECONDS:
		put_seconds(t, v);
		break;
	case F_MSEC:
		put_cstr(out, " + ");
		put_dec(out, v);
		put_cstr(out, " msec");
		break;
	case F_ERROR:
		put_error(out, v);
		break;
	case F_EXIT:
		put_cstr(out, "Error ");
		put_dec(out, v);
		break;
	case F_IPC:
		put_ipc(out, v);
		break;
	case F_PRIVILEGE:
		put_cstr(out, v != 0 ? "successful use of priv" :
		    "failed use of priv");
		break;
	default:
		put_dec(out, v);
		break;
	}
}

/* A value that is neither a number nor a list of strings. */
static void
put_value(struct text *t, enum form form, struct slice bytes)
{
	struct buf	*out = t->out;

	if (form == F_GIDS) {
		put_groups(t, bytes);
		return;
	}
	put_delimiter(t);
	switch (form) {
	case F_STR:
		put_str(t, bytes);
		break;
	case F_BLOB:
		put_dec(out, bytes.n);
		put_delimiter(t);
		put_blob(out, bytes);
		break;
	case F_ADDRESS:
		if (bytes.n == 0)
			put_cstr(out, "invalid");
		out->n += spell_address(room(out, SPELL_ADDRESS_MAX), bytes);
		break;
	case F_UUID:
		out->n += spell_uuid(room(out, SPELL_UUID_MAX), bytes);
		break;
	default:
		put_blob(out, bytes);
		break;
	}
}

/* A token that was decoded. */
static void
put_token(struct text *t, const struct token *tok)
{
	const struct plan	*p = &t->plans[tok->layout - t->layouts];

	put_block(t->out, p->name, p->name_n);
	for (const struct step *s = p->steps; s < p->steps + p->n; s++) {
		if (s->form == F_HIDDEN)
			continue;
		if (s->form < F_STR) {
			put_delimiter(t);
			put_number(t, s->form, token_number(tok, s->field));
		} else if (s->form == F_STRINGS)
			put_strings(t, token_strings(tok, s->field));
		else if (s->form == F_DATA)
			put_data(t, tok);
		else
			put_value(t, s->form, token_slice(tok, s->field));
	}
}

/* The number at *P, which moves behind it. */
static inline uint64_t
take_number(const uint8_t **p, enum wire w)
{
	const uint8_t	*at = *p;

	switch (w) {
	case W_U8:
		*p += 1;
		return at[0];
	case W_U16:
		*p += 2;
		return be16(at);
	case W_U24:
		*p += 3;
		return (uint64_t)at[0] << 16 | be16(at + 1);
	case W_U32:
		*p += 4;
		return be32(at);
	default:
		*p += 8;
		return be64(at);
	}
}

/* The bytes of a value at *P, which moves behind it. */
static struct slice
take_slice(const uint8_t **p, enum wire w)
{
	struct slice	 s;

	switch (w) {
	case W_RAW4:
		s.n = 4;
		break;
	case W_RAW16:
	case W_UUID:
		s.n = 16;
		break;
	case W_U32X16:
		s.n = 64;
		break;
	case W_ADDR:
		s.n = take_number(p, W_U32);
		break;
	case W_U32S:
		s.n = 4 * take_number(p, W_U16);
		break;
	default:			/* W_STR, W_OPAQUE */
		s.n = take_number(p, W_U16);
		break;
	}
	s.p = *p;
	*p += s.n;
	return s;
}

/*
 * The fast way writes without asking for room each time: a token takes at most
 * this, for each field a delimiter, what is moved at once, and bytes of its
 * own. O is where the next byte goes.
 */
static size_t
direct_max(const struct text *t, size_t n)
{
	return BLOCK + FIELDS_MAX * (DELIMITER_MAX + 2 * BLOCK) +
	    n * (1 + t->delimiter.n);
}

static inline uint8_t *
direct_delimiter(const struct text *t, uint8_t *o)
{
	memcpy(o, t->delimiter_block, DELIMITER_MAX);
	return o + t->delimiter.n;
}

/* Digits of BITS each: octal or hexadecimal. */
static inline uint8_t *
direct_digits(uint8_t *o, uint64_t v, unsigned bits)
{
	unsigned	 shift = 0;

	while (shift + bits < 64 && v >> (shift + bits) != 0)
		shift += bits;
	for (;; shift -= bits) {
		*o++ = (uint8_t)"0123456789abcdef"[
		    v >> shift & ((1u << bits) - 1)];
		if (shift == 0)
			return o;
	}
}

static inline uint8_t *
direct_dec(uint8_t *o, uint64_t v)
{
	if (v >= 10)
		return o + spell_dec(o, v);
	*o = (uint8_t)('0' + v);
	return o + 1;
}

/* A form that is rare, or long, the other way. */
static uint8_t *
direct_rare(struct text *t, enum form form, uint64_t v, uint8_t *o, size_t n)
{
	t->out->n = (size_t)(o - t->out->p);
	put_number(t, form, v);
	return room(t->out, direct_max(t, n));
}

static inline uint8_t *
direct_number(struct text *t, enum form form, uint64_t v, uint8_t *o, size_t n)
{
	const struct account	*a;
	struct slice		 name;

	switch (form) {
	case F_DEC:
		return direct_dec(o, v);
	case F_UID:
	case F_GID:
		a = find_account(t, v, form == F_UID);
		if (a->n > BLOCK)
			break;
		memcpy(o, a->name, BLOCK);
		return o + a->n;
	case F_OCT:
		return direct_digits(o, v, 3);
	case F_HEX:
		memcpy(o, "0x", 2);
		return direct_digits(o + 2, v, 4);
	case F_SIGNED64:
		if ((int64_t)v < 0)
			break;
		return direct_dec(o, v);
	case F_EVENT:
		name = find_event(t, v);
		if (name.n == 0 || name.n > 2 * BLOCK)
			break;
		memcpy(o, name.p, name.n);
		return o + name.n;
	case F_SECONDS:
		if (!spell_seconds(t, v))
			break;
		memcpy(o, t->spelled, BLOCK);
		return o + CTIME_BYTES;
	case F_MSEC:
		memcpy(o, " + ", 3);
		o = direct_dec(o + 3, v);
		memcpy(o, " msec", 5);
		return o + 5;
	case F_ERROR:
		if (v != 0)
			break;
		memcpy(o, "success", 7);
		return o + 7;
	default:
		break;
	}
	return direct_rare(t, form, v, o, n);
}

/* A string, all NULs left out; nearly always there is one, at its end. */
static inline uint8_t *
direct_str(uint8_t *o, struct slice s)
{
	while (s.n > 0) {
		const struct slice	 part = slice_until_nul(s);
		const size_t		 used = part.n + (part.n < s.n);

		memcpy(o, part.p, part.n);
		o += part.n;
		s.p += used;
		s.n -= used;
	}
	return o;
}

/* Strings that all end with a NUL. */
static uint8_t *
direct_strings(const struct text *t, struct slice s, uint8_t *o)
{
	while (s.n > 0) {
		const struct slice	 one = slice_until_nul(s);

		o = direct_delimiter(t, o);
		memcpy(o, one.p, one.n);
		o += one.n;
		s.p += one.n + 1;
		s.n -= one.n + 1;
	}
	return o;
}

static uint8_t *
direct_value(struct text *t, const struct step *s, const uint8_t **p,
    uint8_t *o, size_t n)
{
	const struct slice	 bytes = take_slice(p, s->wire);

	if (s->form == F_STR)
		return direct_str(direct_delimiter(t, o), bytes);
	if (s->form == F_ADDRESS && bytes.n > 0) {
		o = direct_delimiter(t, o);
		return o + spell_address(o, bytes);
	}
	t->out->n = (size_t)(o - t->out->p);
	put_value(t, s->form, bytes);
	return room(t->out, direct_max(t, n));
}

/* The token of N bytes at P; token_size() has seen that all of it is there. */
static void
put_direct(struct text *t, const struct plan *plan, const uint8_t *p, size_t n)
{
	const uint8_t	*end = p + n;
	uint8_t		*o = room(t->out, direct_max(t, n));

	p++;
	memcpy(o, plan->name, BLOCK);
	o += plan->name_n;
	for (unsigned i = 0; i < plan->n; i++) {
		const struct step	*s = &plan->steps[i];
		uint64_t		 v;

		if (s->form < F_STR) {
			v = take_number(&p, s->wire);
			if (s->form != F_HIDDEN)
				o = direct_number(t, s->form, v,
				    direct_delimiter(t, o), n);
		} else if (s->wire == W_STRINGS) {
			p += 4;
			o = direct_strings(t, (struct slice){ p,
			    (size_t)(end - p) }, o);
			p = end;
		} else
			o = direct_value(t, s, &p, o, n);
	}
	t->out->n = (size_t)(o - t->out->p);
}

static void
end_token(struct text *t)
{
	if (t->style.one_line)
		put_delimiter(t);
	else
		put_char(t->out, '\n');
}

/*
 * Does praudit leave out the rest of a record when this token does not fit? It
 * does so for those it decodes; others it shows as bytes.
 */
static bool
praudit_decodes(const struct token *tok)
{
	static const uint8_t	 others[] = {	/* that the table has beside */
		0x20, 0x25, 0x30, 0x31, 0x33, 0x34, 0x35, 0x36, 0x3a, 0x3f,
		0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
		0x4a, 0x4b, 0x51, 0x61, 0x62, 0x70, 0x78, 0x83, 0xed, 0xee,
		0xef
	};

	return memchr(others, tok->id, sizeof(others)) == NULL &&
	    layout_find(tok->id) != NULL;
}

/*
 * The bytes behind an id that nobody knows. A record of a BSD keeps seven for
 * its trailer even where that is damaged, as praudit has it. False when there
 * are none to show: then praudit drops what is left of the record.
 */
static bool
put_unknown(struct text *t, const struct tokens *w, const struct token *tok)
{
	const bool	 bsd = t->version < 2 || t->version > 4;
	const size_t	 kept = 1 + (!w->trailer && bsd ? TRAILER_SIZE : 0);

	if (tok->len <= kept)
		return false;
	if (t->style.raw)
		put_dec(t->out, tok->id);
	else
		put_cstr(t->out, "unknown");
	put_delimiter(t);
	put_blob(t->out, (struct slice){ w->record.p + tok->off + 1,
	    tok->len - kept });
	end_token(t);
	return true;
}

/*
 * Print a record while hopping from token to token by length alone. False, with
 * what was printed to be taken back, when that does not lead to its end.
 */
static bool
hop(struct text *t, struct slice record, bool trailer)
{
	size_t		 at = 0, last = 0, n;

	for (; at < record.n; at += n) {
		const uint8_t		*p = record.p + at;
		const struct plan	*plan = t->direct[p[0]];

		if (plan == NULL || (n = token_size(p, record.n - at)) == 0)
			return false;
		put_direct(t, plan, p, n);
		end_token(t);
		last = at;
	}
	return !trailer || last == record.n - TRAILER_SIZE;
}

/* Print by decoding each token. Returns 0 or BSM_E*, then with *AT set. */
static int
decode(struct text *t, struct tokens *w, size_t *at)
{
	struct token	 tok;
	int		 status, bad = 0;

	while ((status = tokens_next(w, &tok)) != 0) {
		if (status > 0) {
			put_token(t, &tok);
			end_token(t);
			continue;
		}
		bad = status;
		*at = tok.off;
		if (praudit_decodes(&tok) || !put_unknown(t, w, &tok))
			break;
	}
	return bad;
}

/* Does the record end with the trailer that its size asks for? */
static bool
has_trailer(struct slice r)
{
	const uint8_t	*end = r.p + r.n - TRAILER_SIZE;

	return r.n >= HEADER_MIN + TRAILER_SIZE && end[0] == TOK_TRAILER &&
	    be16(end + 1) == TRAILER_MAGIC && be32(end + 3) == r.n;
}

int
text_record(struct text *t, struct slice record, struct buf *out, size_t *at)
{
	const size_t	 start = out->n;
	struct tokens	 w;
	int		 status = 0;

	t->out = out;
	t->version = record.n >= HEADER_MIN && token_is_header(record.p[0]) ?
	    record.p[5] : 0;
	if (!hop(t, record, has_trailer(record))) {
		out->n = start;
		tokens_begin(&w, record);
		status = decode(t, &w, at);
	}
	if (t->style.one_line)
		put_char(out, '\n');
	t->out = NULL;
	return status;
}
