/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonvalue.c - JSON values to the values of token fields.
 *
 * The inverse of what print/lossless.c writes, and strict: whatever is not
 * understood to the last digit is an error, since a record that is not quite
 * the one that was meant is worse than none.
 */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/civil.h"
#include "bsm/frame.h"
#include "make/jsonvalue.h"

bool
jsonvalue_fail(struct jsonvalue *v, const char *fmt, ...)
{
	va_list		 ap;

	va_start(ap, fmt);
	buf_vprintf(&v->problem, fmt, ap);
	va_end(ap);
	return false;
}

void
jsonvalue_quote(struct jsonvalue *v, const char *s, size_t n)
{
	const bool	 cut = n > JSONVALUE_SHOWN_MAX;

	buf_char(&v->problem, '\'');
	buf_escape(&v->problem, (struct slice){ (const uint8_t *)s,
	    cut ? JSONVALUE_SHOWN_MAX : n });
	buf_str(&v->problem, cut ? "...'" : "'");
}

/* "expected an address, not an array" */
static bool
wrong_type(struct jsonvalue *v, const char *expected, json_t *j)
{
	static const char *const	 types[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string", [JSON_INTEGER] = "a number",
		[JSON_REAL] = "a number that is not whole",
		[JSON_TRUE] = "true", [JSON_FALSE] = "false",
		[JSON_NULL] = "null"
	};

	return jsonvalue_fail(v, "expected %s, not %s", expected,
	    types[json_typeof(j)]);
}

/* "expected an address, not 'x'" */
static bool
wrong_text(struct jsonvalue *v, const char *expected, json_t *j)
{
	(void)jsonvalue_fail(v, "expected %s, not ", expected);
	jsonvalue_quote(v, json_string_value(j), json_string_length(j));
	return false;
}

static bool
digits(const char *s, size_t n, uint64_t *to)
{
	uint64_t	 sum = 0;

	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		const unsigned	 d = (unsigned)s[i] - '0';

		if (d > 9 || sum > (UINT64_MAX - d) / 10)
			return false;
		sum = 10 * sum + d;
	}
	*to = sum;
	return true;
}

bool
jsonvalue_number(struct jsonvalue *v, json_t *j, uint64_t max,
    uint64_t *to)
{
	if (json_is_string(j)) {
		if (!digits(json_string_value(j), json_string_length(j), to))
			return wrong_text(v, "a number of at most 64 bits", j);
	} else if (!json_is_integer(j))
		return wrong_type(v, "a number", j);
	else if (json_integer_value(j) < 0)
		return jsonvalue_fail(v, "a number below 0");
	else
		*to = (uint64_t)json_integer_value(j);
	if (*to > max)
		return jsonvalue_fail(v, "a number above %llu",
		    (unsigned long long)max);
	return true;
}

/* A hexadecimal digit, or 16. */
static unsigned
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

/* N digits to N / 2 bytes. */
static bool
unhex(const char *s, size_t n, uint8_t *to)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		const unsigned	 hi = nibble(s[i]), lo = nibble(s[i + 1]);

		if (hi > 15 || lo > 15)
			return false;
		to[i / 2] = (uint8_t)(hi << 4 | lo);
	}
	return n % 2 == 0;
}

/* The bytes of hexadecimal digits; SPARE more bytes behind them are zero. */
static bool
hex_bytes(struct jsonvalue *v, json_t *j, size_t spare, struct slice *to)
{
	const size_t	 n = json_string_length(j);
	uint8_t		*bytes;

	if (!json_is_string(j))
		return wrong_type(v, "hexadecimal digits", j);
	bytes = arena_alloc(v->arena, n / 2 + spare + 1);
	if (!unhex(json_string_value(j), n, bytes))
		return wrong_text(v, "pairs of hexadecimal digits", j);
	*to = (struct slice){ bytes, n / 2 + spare };
	return true;
}

bool
jsonvalue_hex(struct jsonvalue *v, json_t *j, struct slice *to)
{
	return hex_bytes(v, j, 0, to);
}

/* {"hex":"...", "nul":false} */
static bool
hex_string(struct jsonvalue *v, json_t *j, struct slice *to)
{
	json_t		*hex = json_object_get(j, "hex");
	json_t		*nul = json_object_get(j, "nul");

	if (hex == NULL || json_object_size(j) != (nul == NULL ? 1 : 2))
		return jsonvalue_fail(v, "expected a string or an object of "
		    "\"hex\" and perhaps \"nul\"");
	if (nul != NULL && !json_is_boolean(nul))
		return wrong_type(v, "true or false as \"nul\"", nul);
	return hex_bytes(v, hex, json_is_false(nul) ? 0 : 1, to);
}

bool
jsonvalue_string(struct jsonvalue *v, json_t *j, bool inner,
    struct slice *to)
{
	if (json_is_object(j)) {
		if (!hex_string(v, j, to))
			return false;
	} else if (!json_is_string(j))
		return wrong_type(v, "a string", j);
	else {
		const size_t	 n = json_string_length(j);
		uint8_t		*copy = arena_alloc(v->arena, n + 1);

		memcpy(copy, json_string_value(j), n);
		*to = (struct slice){ copy, n + 1 };
	}
	if (!inner && to->n > 0 && memchr(to->p, 0, to->n - 1) != NULL)
		return jsonvalue_fail(v, "a NUL inside a string that ends at "
		    "its first");
	return true;
}

bool
jsonvalue_address(struct jsonvalue *v, json_t *j, struct slice *to)
{
	uint8_t		*bytes = arena_alloc(v->arena, 16);
	const char	*text = json_string_value(j);
	bool		 six;

	if (text == NULL)
		return wrong_type(v, "an address", j);
	six = strchr(text, ':') != NULL;
	if (strlen(text) != json_string_length(j) ||
	    inet_pton(six ? AF_INET6 : AF_INET, text, bytes) != 1)
		return wrong_text(v, "an address like 192.0.2.1 or 2001:db8::1",
		    j);
	*to = (struct slice){ bytes, six ? 16 : 4 };
	return true;
}

bool
jsonvalue_uuid(struct jsonvalue *v, json_t *j, struct slice *to)
{
	static const struct { size_t at, n; } parts[] = {
		{ 0, 8 }, { 9, 4 }, { 14, 4 }, { 19, 4 }, { 24, 12 }
	};
	uint8_t		*bytes = arena_alloc(v->arena, 16);
	const char	*text = json_string_value(j);
	size_t		 n = 0;

	if (text == NULL)
		return wrong_type(v, "a UUID", j);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (json_string_length(j) != 36 ||
		    (i > 0 && text[parts[i].at - 1] != '-') ||
		    !unhex(text + parts[i].at, parts[i].n, bytes + n))
			return wrong_text(v, "a UUID of 8-4-4-4-12 digits", j);
		n += parts[i].n / 2;
	}
	*to = (struct slice){ bytes, 16 };
	return true;
}

/* What was collected in v->list, copied to where it stays. */
static struct slice
take_list(struct jsonvalue *v)
{
	const size_t	 n = v->list.n;

	return (struct slice){ n == 0 ? NULL :
	    arena_copy(v->arena, v->list.p, n), n };
}

bool
jsonvalue_words(struct jsonvalue *v, json_t *j, struct slice *to)
{
	const size_t	 n = json_array_size(j);
	uint64_t	 word;

	if (!json_is_array(j))
		return wrong_type(v, "an array of numbers", j);
	buf_clear(&v->list);
	for (size_t i = 0; i < n; i++) {
		if (!jsonvalue_number(v, json_array_get(j, i), UINT32_MAX,
		    &word))
			return false;
		buf_u32(&v->list, (uint32_t)word);
	}
	*to = take_list(v);
	return true;
}

bool
jsonvalue_strings(struct jsonvalue *v, json_t *j, bool counted,
    struct strings *to)
{
	const size_t	 n = json_array_size(j);

	if (!json_is_array(j))
		return wrong_type(v, "an array of strings", j);
	buf_clear(&v->list);
	for (size_t i = 0; i < n; i++) {
		struct slice	 one;

		if (!jsonvalue_string(v, json_array_get(j, i), counted, &one))
			return false;
		if (counted) {
			if (one.n > UINT16_MAX)
				return jsonvalue_fail(v, "a string of more "
				    "than 65535 bytes");
			buf_u16(&v->list, (uint16_t)one.n);
		} else if (one.n == 0 || one.p[one.n - 1] != '\0')
			return jsonvalue_fail(v, "\"nul\":false in a list "
			    "whose strings end with their NUL");
		buf_slice(&v->list, one);
	}
	*to = (struct strings){ .claimed = (uint32_t)n, .count = (uint32_t)n,
	    .bytes = take_list(v), .counted = counted };
	return true;
}

/* A fraction ".522" at S to nanoseconds. */
static bool
fraction(const char *s, size_t n, uint64_t *nanos)
{
	uint64_t	 part = 0;

	*nanos = 0;
	if (n == 0)
		return true;
	if (s[0] != '.' || n > 10 || !digits(s + 1, n - 1, &part))
		return false;
	for (size_t i = n - 1; i < 9; i++)
		part *= 10;
	*nanos = part;
	return true;
}

bool
jsonvalue_time(struct jsonvalue *v, json_t *j, uint64_t *seconds,
    uint64_t *nanos)
{
	const size_t	 n = json_string_length(j);
	const char	*s = json_string_value(j);
	struct civil	 c;

	if (s == NULL)
		return wrong_type(v, "a time", j);
	if (n <= CIVIL_TEXT || s[n - 1] != 'Z' ||
	    !civil_parse((struct slice){ (const uint8_t *)s, CIVIL_TEXT }, 'T',
	    &c) || c.year < 1970 ||
	    !fraction(s + CIVIL_TEXT, n - CIVIL_TEXT - 1, nanos))
		return wrong_text(v, "a time like 2021-10-14T11:20:59.522Z", j);
	*seconds = (uint64_t)civil_seconds(&c);
	return true;
}
