/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.c - values to JSON text, streamed into a buffer; the one place that
 * escapes.
 *
 * Each level remembers whether something stands before: then the next key or
 * item is led by a comma. A key clears that for its own value. Controls of any
 * kind go out as \u escapes, those above ASCII as well, so that a terminal is
 * safe with our JSON; the value read back is the same.
 */
#include <assert.h>

#include "base/json.h"
#include "base/utf8.h"

#define EXACT_MAX ((uint64_t)1 << 53)	/* a double holds all up to here */

void
json_init(struct json *j, struct buf *out)
{
	*j = (struct json){ .out = out };
}

/* Every key and value begins here. At the top level nothing is separated. */
static void
separate(struct json *j)
{
	if (j->depth == 0)
		return;
	if (j->comma[j->depth])
		buf_char(j->out, ',');
	j->comma[j->depth] = true;
}

static void
begin(struct json *j, char bracket)
{
	separate(j);
	assert(j->depth + 1 < JSON_DEPTH);
	j->comma[++j->depth] = false;
	buf_char(j->out, bracket);
}

static void
end(struct json *j, char bracket)
{
	assert(j->depth > 0);
	j->depth--;
	buf_char(j->out, bracket);
}

void
json_begin_object(struct json *j)
{
	begin(j, '{');
}

void
json_end_object(struct json *j)
{
	end(j, '}');
}

void
json_begin_array(struct json *j)
{
	begin(j, '[');
}

void
json_end_array(struct json *j)
{
	end(j, ']');
}

/* One character that is not plain: NUL can come from json_text() only. */
static void
put_char(struct buf *out, struct slice c, uint32_t code)
{
	static const char	 named[] = "\"\\\n\t\r\b\f";
	static const char	 letters[] = "\"\\ntrbf";
	const char		*at = memchr(named, c.p[0], sizeof(named) - 1);

	if (at != NULL) {
		buf_char(out, '\\');
		buf_char(out, letters[at - named]);
	} else if (utf8_is_control(code)) {
		const uint8_t	 b[2] = { (uint8_t)(code >> 8), (uint8_t)code };

		buf_put(out, "\\u", 2);
		buf_hexbytes(out, (struct slice){ b, 2 });
	} else
		buf_slice(out, c);
}

static void
put_string(struct buf *out, struct slice s)
{
	size_t	 n;

	buf_char(out, '"');
	for (; s.n > 0; s.p += n, s.n -= n) {
		uint32_t	 code;

		if ((n = utf8_plain(s)) > 0)
			buf_put(out, s.p, n);
		else if ((n = utf8_decode(s, &code)) > 0)
			put_char(out, (struct slice){ s.p, n }, code);
		else {
			buf_put(out, "\xef\xbf\xbd", 3);	/* U+FFFD */
			n = 1;
		}
	}
	buf_char(out, '"');
}

void
json_key(struct json *j, const char *key)
{
	separate(j);
	put_string(j->out, slice_str(key));
	buf_char(j->out, ':');
	j->comma[j->depth] = false;
}

void
json_members(struct json *j, struct slice object)
{
	assert(object.n >= 2 && object.p[0] == '{');
	if (object.n == 2)
		return;
	separate(j);
	buf_put(j->out, object.p + 1, object.n - 2);
}

void
json_nil(struct json *j)
{
	separate(j);
	buf_put(j->out, "null", 4);
}

void
json_bool(struct json *j, bool v)
{
	separate(j);
	buf_str(j->out, v ? "true" : "false");
}

void
json_uint(struct json *j, uint64_t v)
{
	const bool	 quoted = v > EXACT_MAX;

	separate(j);
	if (quoted)
		buf_char(j->out, '"');
	buf_dec(j->out, v);
	if (quoted)
		buf_char(j->out, '"');
}

void
json_int(struct json *j, int64_t v)
{
	const uint64_t	 size = v < 0 ? -(uint64_t)v : (uint64_t)v;
	const bool	 quoted = size > EXACT_MAX;

	separate(j);
	if (quoted)
		buf_char(j->out, '"');
	buf_sdec(j->out, v);
	if (quoted)
		buf_char(j->out, '"');
}

void
json_millis(struct json *j, int64_t ms)
{
	const uint64_t	 size = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
	const bool	 quoted = size > EXACT_MAX;

	separate(j);
	if (quoted)
		buf_char(j->out, '"');
	if (ms < 0)
		buf_char(j->out, '-');
	buf_dec(j->out, size / 1000);
	buf_char(j->out, '.');
	buf_zdec(j->out, size % 1000, 3);
	if (quoted)
		buf_char(j->out, '"');
}

void
json_cstr(struct json *j, const char *s)
{
	json_text(j, slice_str(s));
}

void
json_bytes(struct json *j, struct slice s)
{
	separate(j);
	if (json_is_text(s)) {
		put_string(j->out, s);
		return;
	}
	buf_str(j->out, "{\"hex\":\"");
	buf_hexbytes(j->out, s);
	buf_str(j->out, "\"}");
}

void
json_hex(struct json *j, struct slice s)
{
	separate(j);
	buf_char(j->out, '"');
	buf_hexbytes(j->out, s);
	buf_char(j->out, '"');
}

void
json_text(struct json *j, struct slice s)
{
	separate(j);
	put_string(j->out, s);
}

bool
json_is_text(struct slice s)
{
	size_t	 n;

	for (; s.n > 0; s.p += n, s.n -= n) {
		uint32_t	 code;

		if ((n = utf8_plain(s)) > 0)
			continue;
		n = utf8_decode(s, &code);
		if (n == 0 || code == 0)
			return false;
	}
	return true;
}
