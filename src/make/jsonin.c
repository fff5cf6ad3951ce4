/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonin.c - JSON lines to the bytes of records.
 *
 * A line is read as a whole and then walked by the token table: each token
 * names its layout, and each field of the layout is looked up in the object. A
 * key that is neither is an error, so a misspelled field is never taken for one
 * left out. What was appended of a line is taken back when the line is wrong.
 *
 * Most lines come from print -j and are never parsed: see jsonquick.c.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "bsm/build.h"
#include "bsm/frame.h"
#include "bsm/token.h"
#include "make/jsonin.h"
#include "make/jsonquick.h"
#include "make/jsonvalue.h"

#define PADDING_MAX FRAME_RECORD_MAX	/* bytes behind a list of strings */
#define VERSION_MADE 11u		/* of a header that is made */

struct jsonin {
	const struct names	*names;
	struct jsonquick	*quick;
	struct jsonvalue	 v;
	struct buf		 message;	/* of the last error */
	json_t			*line;		/* the object at hand */
	size_t			 token;		/* in it: 1 is the first */
	const char		*layout, *field;	/* NULL: none */
};

/* A record while it is made. */
struct making {
	struct buf	*out;
	size_t		 start;
	uint64_t	 version;	/* of the header */
	bool		 complete;	/* nothing is to be added */
	bool		 header_size;	/* is to be filled in */
	bool		 trailer_size;	/* the same, of the last token */
	const struct layout *last;	/* what was put last, NULL: raw */
};

static bool
is_solaris(uint64_t version)
{
	return version >= 2 && version <= 4;
}

struct jsonin *
jsonin_new(const struct names *names)
{
	struct jsonin	*in = xcalloc(1, sizeof(*in));

	in->names = names;
	in->quick = jsonquick_new();
	return in;
}

void
jsonin_free(struct jsonin *in)
{
	if (in == NULL)
		return;
	buf_fini(&in->v.list);
	buf_fini(&in->v.problem);
	buf_fini(&in->message);
	jsonquick_free(in->quick);
	free(in);
}

const char *
jsonin_error(struct jsonin *in)
{
	return buf_cstr(&in->message);
}

/* --------------------------------------------------------- unknown names */

/* "no token is called 'pth'; did you mean 'path'?" */
static bool
unknown_name(struct jsonin *in, const char *what, const struct nearest *near)
{
	(void)jsonvalue_fail(&in->v, "%s ", what);
	jsonvalue_quote(&in->v, (const char *)near->word.p, near->word.n);
	if (near->best.n > 0)
		(void)jsonvalue_fail(&in->v, "; did you mean '%.*s'?",
		    (int)near->best.n, (const char *)near->best.p);
	return false;
}

static bool
unknown_token(struct jsonin *in, const char *name)
{
	struct nearest		 near;
	size_t			 n;
	const struct layout	*layouts = token_layouts(&n);

	nearest_init(&near, slice_str(name));
	nearest_try(&near, slice_str("raw"));
	for (size_t i = 0; i < n; i++)
		nearest_try(&near, slice_str(layouts[i].name));
	return unknown_name(in, "no token is called", &near);
}

static bool
unknown_field(struct jsonin *in, const struct layout *lay, const char *name)
{
	struct nearest	 near;

	nearest_init(&near, slice_str(name));
	for (const struct field *f = lay->fields; f->name != NULL; f++)
		nearest_try(&near, slice_str(f->name));
	return unknown_name(in, "it has no field", &near);
}

static bool
is_one_of(const char *key, const char *const *keys)
{
	while (*keys != NULL && strcmp(*keys, key) != 0)
		keys++;
	return *keys != NULL;
}

/* Every key of the object must be one of these. */
static bool
only_keys(struct jsonin *in, json_t *object, const char *const *keys)
{
	for (void *i = json_object_iter(object); i != NULL;
	    i = json_object_iter_next(object, i)) {
		const char	*key = json_object_iter_key(i);
		struct nearest	 near;

		if (is_one_of(key, keys))
			continue;
		nearest_init(&near, slice_str(key));
		for (; *keys != NULL; keys++)
			nearest_try(&near, slice_str(*keys));
		return unknown_name(in, "unexpected", &near);
	}
	return true;
}

/* ---------------------------------------------------------------- fields */

static uint64_t
number_max(enum wire w)
{
	switch (w) {
	case W_U8:
	case W_TID:
		return UINT8_MAX;
	case W_U16:
	case W_ATYPE:
		return UINT16_MAX;
	case W_U24:
		return 0xffffff;
	case W_U32:
		return UINT32_MAX;
	default:
		return UINT64_MAX;
	}
}

static bool
has_length(struct jsonin *in, struct slice s, size_t min, size_t max)
{
	if (s.n >= min && s.n <= max)
		return true;
	if (min == max)
		return jsonvalue_fail(&in->v, "expected %zu bytes, not %zu",
		    max, s.n);
	return jsonvalue_fail(&in->v, "%zu bytes, more than %zu", s.n, max);
}

static bool
read_slice(struct jsonin *in, enum wire w, json_t *j, struct slice *to)
{
	struct jsonvalue	*v = &in->v;

	switch (w) {
	case W_STR:
		return jsonvalue_string(v, j, true, to) &&
		    has_length(in, *to, 0, UINT16_MAX);
	case W_ZSTR:
		return jsonvalue_string(v, j, false, to);
	case W_RAW4:
		return jsonvalue_address(v, j, to) && has_length(in, *to, 4, 4);
	case W_RAW16:
		return jsonvalue_address(v, j, to) &&
		    has_length(in, *to, 16, 16);
	case W_ADDR:
	case W_AT_ADDR:
		return jsonvalue_address(v, j, to);
	case W_UUID:
		return jsonvalue_uuid(v, j, to);
	case W_U32S:
		return jsonvalue_words(v, j, to) &&
		    has_length(in, *to, 0, 4 * UINT16_MAX);
	case W_U32X16:
		return jsonvalue_words(v, j, to) &&
		    has_length(in, *to, 64, 64);
	default:
		return jsonvalue_hex(v, j, to) &&
		    has_length(in, *to, 0, UINT16_MAX);
	}
}

static bool
read_field(struct jsonin *in, const struct field *f, json_t *j,
    struct token *t)
{
	void		*member = (char *)t + f->at;

	in->field = f->name;
	if (wire_is_number(f->wire))
		return jsonvalue_number(&in->v, j, number_max(f->wire), member);
	if (f->wire == W_STRINGS || f->wire == W_STRS16)
		return jsonvalue_strings(&in->v, j, f->wire == W_STRS16,
		    member);
	return read_slice(in, f->wire, j, member);
}

/* How many zero bytes stand for a field that is left out. */
static size_t
empty_size(const struct token *t, enum wire w)
{
	switch (w) {
	case W_STR:
	case W_ZSTR:
		return 1;			/* its NUL */
	case W_RAW4:
	case W_ADDR:
		return 4;
	case W_RAW16:
	case W_UUID:
		return 16;
	case W_AT_ADDR:
		return (size_t)t->sock.atype;
	case W_U32X16:
		return 64;
	default:
		return 0;
	}
}

/*
 * A number that is left out but follows from others: how long the addresses of
 * a socket are, how many words a label has, the only kind of a terminal id.
 */
static uint64_t
implied(const struct token *t, const struct field *f)
{
	if (f->wire == W_TID)
		return 1;
	if (t->id == TOK_TRAILER && f->wire == W_U16)
		return TRAILER_MAGIC;
	for (const struct field *g = f + 1; g->name != NULL; g++) {
		if (f->wire == W_ATYPE && g->wire == W_AT_ADDR &&
		    token_slice(t, g).n > 0)
			return token_slice(t, g).n;
		if (g->wire == W_WORDS && strcmp(f->name, "words") == 0)
			return token_slice(t, g).n / 4;
	}
	return f->wire == W_ATYPE ? 4 : 0;
}

static void
fill_in(struct jsonin *in, const struct field *f, struct token *t)
{
	void		*member = (char *)t + f->at;

	if (wire_is_number(f->wire))
		*(uint64_t *)member = implied(t, f);
	else if (f->wire == W_STRS16)
		((struct strings *)member)->counted = true;
	else if (f->wire != W_STRINGS) {
		const size_t	 n = empty_size(t, f->wire);

		*(struct slice *)member = (struct slice){
		    arena_alloc(in->v.arena, n == 0 ? 1 : n), n };
	}
}

/* An event by name or number. */
static bool
read_event(struct jsonin *in, json_t *event, struct token *t)
{
	const char		*name = json_string_value(event);
	const struct event_name	*e;

	in->field = "event";
	if (name == NULL)
		return jsonvalue_number(&in->v, event, UINT16_MAX,
		    &t->header.event);
	e = names_event_find(in->names, names_dialect(in->names,
	    (uint8_t)t->header.version), slice_str(name));
	if (e == NULL) {
		(void)jsonvalue_fail(&in->v, "no event is called ");
		jsonvalue_quote(&in->v, name, strlen(name));
		return false;
	}
	t->header.event = e->number;
	return true;
}

/* A record's time and event, where its header does not say them. */
static bool
head_of_line(struct jsonin *in, json_t *header, struct token *t)
{
	json_t		*time = json_object_get(in->line, "time");
	json_t		*event = json_object_get(in->line, "event");
	uint64_t	 nanos;

	if (time != NULL && json_object_get(header, "seconds") == NULL &&
	    json_object_get(header, "fraction") == NULL) {
		in->field = "time";
		if (!jsonvalue_time(&in->v, time, &t->header.seconds, &nanos))
			return false;
		t->header.fraction = is_solaris(t->header.version) ? nanos :
		    nanos / 1000000;
	}
	if (event != NULL && json_object_get(header, "event") == NULL)
		return read_event(in, event, t);
	return true;
}

/* ---------------------------------------------------------------- tokens */

/* "count" and "padding" of a list of strings. */
static bool
read_list_notes(struct jsonin *in, json_t *j, struct strings *list)
{
	json_t		*count = json_object_get(j, "count");
	json_t		*padding = json_object_get(j, "padding");
	uint64_t	 n;

	if (count != NULL) {
		in->field = "count";
		if (!jsonvalue_number(&in->v, count, UINT32_MAX, &n))
			return false;
		list->claimed = (uint32_t)n;
	}
	if (padding != NULL) {
		in->field = "padding";
		if (!jsonvalue_number(&in->v, padding, PADDING_MAX, &n))
			return false;
		list->padding = (struct slice){
		    arena_alloc(in->v.arena, (size_t)n + 1), (size_t)n };
	}
	return true;
}

static bool
known_keys(struct jsonin *in, const struct layout *lay, json_t *j)
{
	const bool	 list = lay->fields[0].wire == W_STRINGS;

	for (void *i = json_object_iter(j); i != NULL;
	    i = json_object_iter_next(j, i)) {
		const char		*key = json_object_iter_key(i);
		const struct field	*f = lay->fields;

		while (f->name != NULL && strcmp(f->name, key) != 0)
			f++;
		if (f->name == NULL && strcmp(key, "token") != 0 && !(list &&
		    (strcmp(key, "count") == 0 || strcmp(key, "padding") == 0)))
			return unknown_field(in, lay, key);
	}
	return true;
}

/* The values of a token, with those that are left out filled in. */
static bool
read_token(struct jsonin *in, const struct layout *lay, json_t *j,
    struct token *t)
{
	*t = (struct token){ .id = lay->id, .layout = lay };
	in->layout = lay->name;
	if (!known_keys(in, lay, j))
		return false;
	for (const struct field *f = lay->fields; f->name != NULL; f++) {
		json_t	*value = json_object_get(j, f->name);

		if (value != NULL && !read_field(in, f, value, t))
			return false;
	}
	for (const struct field *f = lay->fields; f->name != NULL; f++)
		if (json_object_get(j, f->name) == NULL)
			fill_in(in, f, t);
	if (lay->fields[0].wire == W_STRINGS &&
	    !read_list_notes(in, j, &t->list.list))
		return false;
	in->field = NULL;
	return true;
}

static bool
put_token(struct jsonin *in, struct making *m, const struct token *t)
{
	if (build_token(m->out, t) != 0)
		return jsonvalue_fail(&in->v, "its values do not fit together");
	return true;
}

/* The bytes of "hex", which stands among KEYS. */
static bool
put_hex(struct jsonin *in, json_t *j, const char *const *keys, struct buf *out)
{
	json_t		*hex = json_object_get(j, "hex");
	struct slice	 bytes;

	if (!only_keys(in, j, keys))
		return false;
	in->field = "hex";
	if (hex == NULL)
		return jsonvalue_fail(&in->v, "is missing");
	if (!jsonvalue_hex(&in->v, hex, &bytes))
		return false;
	in->field = NULL;
	buf_slice(out, bytes);
	return true;
}

/* The first token, if it is a header: what it does not say, the line does. */
static bool
first_header(struct jsonin *in, struct making *m, json_t *j, struct token *t)
{
	if (json_object_get(j, "version") == NULL)
		t->header.version = VERSION_MADE;
	m->version = t->header.version;
	m->header_size = json_object_get(j, "size") == NULL;
	m->complete = !m->header_size;
	return head_of_line(in, j, t);
}

static bool
put_one(struct jsonin *in, struct making *m, json_t *j)
{
	static const char *const	 raw_keys[] = { "token", "hex", NULL };
	const char			*name = json_string_value(
	    json_object_get(j, "token"));
	const bool			 first = m->out->n == m->start;
	const struct layout		*lay;
	struct token			 t;

	if (name == NULL)
		return jsonvalue_fail(&in->v, "expected an object whose "
		    "\"token\" is a name");
	if (strcmp(name, "raw") == 0) {
		in->layout = "raw";
		m->last = NULL;
		return put_hex(in, j, raw_keys, m->out);
	}
	if ((lay = layout_by_name(slice_str(name))) == NULL)
		return unknown_token(in, name);
	if (!read_token(in, lay, j, &t))
		return false;
	if (first && token_is_header(lay->id) && !first_header(in, m, j, &t))
		return false;
	m->last = lay;
	m->trailer_size = json_object_get(j, "size") == NULL;
	return put_token(in, m, &t);
}

/* --------------------------------------------------------------- records */

/* Put the header in front that the tokens lack, if they need one. */
static bool
begin_record(struct jsonin *in, struct making *m, json_t *tokens)
{
	const char		*name = json_string_value(json_object_get(
	    json_array_get(tokens, 0), "token"));
	const struct layout	*lay = name == NULL ? NULL :
	    layout_by_name(slice_str(name));
	struct token		 t = { .id = TOK_HEADER32,
	    .layout = layout_find(TOK_HEADER32) };
	json_t			*nothing;
	bool			 good;

	m->complete = lay == NULL || ((lay->id == TOK_FILE32 ||
	    lay->id == TOK_FILE64) && json_array_size(tokens) == 1);
	if (m->complete || token_is_header(lay->id))
		return true;
	nothing = json_object();
	good = first_header(in, m, nothing, &t) && put_token(in, m, &t);
	json_decref(nothing);
	return good;
}

static void
set_size(struct making *m, size_t at)
{
	const size_t	 n = m->out->n - m->start;

	for (unsigned i = 0; i < 4; i++)
		m->out->p[at + i] = (uint8_t)(n >> (24 - 8 * i));
}

/* A trailer where one belongs, and the sizes that were left out. */
static bool
end_record(struct jsonin *in, struct making *m)
{
	const struct layout	*trailer = layout_find(TOK_TRAILER);

	in->token = 0;
	in->layout = NULL;
	if (!m->complete && m->last != trailer && !is_solaris(m->version)) {
		const struct token	 t = { .id = TOK_TRAILER,
		    .layout = trailer, .trailer.magic = TRAILER_MAGIC };

		m->last = trailer;
		m->trailer_size = true;
		if (!put_token(in, m, &t))
			return false;
	}
	if (m->out->n - m->start > FRAME_RECORD_MAX)
		return jsonvalue_fail(&in->v, "the record has %zu bytes, "
		    "more than %u", m->out->n - m->start, FRAME_RECORD_MAX);
	if (m->header_size)
		set_size(m, m->start + 1);
	if (m->last == trailer && m->trailer_size)
		set_size(m, m->out->n - 4);
	return true;
}

static bool
put_record(struct jsonin *in, struct buf *out)
{
	static const char *const	 keys[] = { "time", "event", "source",
		"offset", "recovered", "tokens", NULL };
	json_t				*tokens = json_object_get(in->line,
	    "tokens");
	struct making			 m = { .out = out, .start = out->n };

	if (!only_keys(in, in->line, keys))
		return false;
	if (json_array_size(tokens) == 0)
		return jsonvalue_fail(&in->v, "expected \"tokens\", an array "
		    "that is not empty");
	if (!begin_record(in, &m, tokens))
		return false;
	for (size_t i = 0; i < json_array_size(tokens); i++) {
		in->token = i + 1;
		in->layout = in->field = NULL;
		if (!put_one(in, &m, json_array_get(tokens, i)))
			return false;
	}
	return end_record(in, &m);
}

static bool
put_line(struct jsonin *in, struct slice line, struct buf *out)
{
	static const char *const	 gap_keys[] = { "gap", "source",
		"offset", "hex", NULL };
	json_error_t			 error;

	if (line.n > JSONIN_LINE_MAX)
		return jsonvalue_fail(&in->v, "the line has more than %u bytes",
		    JSONIN_LINE_MAX);
	in->line = json_loadb((const char *)line.p, line.n,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (in->line == NULL) {
		(void)jsonvalue_fail(&in->v, "byte %d: ", error.position);
		buf_escape(&in->v.problem, slice_str(error.text));
		return false;
	}
	if (!json_is_object(in->line))
		return jsonvalue_fail(&in->v, "expected an object");
	if (json_object_get(in->line, "gap") != NULL)
		return put_hex(in, in->line, gap_keys, out);
	return put_record(in, out);
}

/* "token 2, path, field path: expected a string, not a number" */
static void
make_message(struct jsonin *in)
{
	buf_clear(&in->message);
	if (in->token > 0)
		buf_printf(&in->message, "token %zu%s", in->token,
		    in->layout == NULL && in->field == NULL ? ": " : ", ");
	if (in->layout != NULL)
		buf_printf(&in->message, "%s%s", in->layout,
		    in->field == NULL ? ": " : ", ");
	if (in->field != NULL)
		buf_printf(&in->message, "\"%s\": ", in->field);
	buf_slice(&in->message, buf_bytes(&in->v.problem));
}

int
jsonin_line(struct jsonin *in, struct slice line, struct buf *out)
{
	const size_t	 start = out->n;
	bool		 good;

	if (jsonquick_line(in->quick, line, out))
		return 0;
	buf_clear(&in->v.problem);
	in->token = 0;
	in->layout = in->field = NULL;
	in->line = NULL;
	in->v.arena = arena_new();
	good = put_line(in, line, out);
	json_decref(in->line);
	arena_free(in->v.arena);
	if (good)
		return 0;
	make_message(in);
	out->n = start;
	return -1;
}
