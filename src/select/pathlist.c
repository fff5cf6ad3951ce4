/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pathlist.c - the list of -o file=: which paths are wanted, which are not.
 *
 * regexec(3) is the judge, but a slow one. An expression of nothing but plain
 * characters, dots and anchors, which most are, is compared byte by byte: the
 * answer is the same, since in bytes there is only one way to read it. Of any
 * other the plain beginning has to match first.
 */
#include "select/pathlist.h"

#include <sys/types.h>

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ANY		256u	/* a dot */
#define PART_MAX	64u	/* bytes */

struct item {
	bool		 reject;
	bool		 plain;		/* nothing but what follows */
	uint16_t	*chars;		/* bytes, or ANY */
	size_t		 n;
	bool		 at_start, at_end;	/* ^ and $ */
	size_t		 rare;		/* the one to look for first */
	uint8_t		 part[PART_MAX];	/* of them, side by side */
	size_t		 part_n;
	regex_t		 regex;		/* unless plain */
};

struct pathlist {
	struct item	*items;
	size_t		 n, cap;
	struct buf	 path;		/* with its NUL, for regexec(3) */
	struct buf	 text;		/* that it was made of */
};

/*
 * Take apart what is plain, up to what is not or the end. A backslash makes
 * plain only what is special without it: some systems know others, such as \w.
 */
static const char *
read_plain(struct item *it, const char *s)
{
	it->chars = xreallocarray(NULL, strlen(s) + 1, sizeof(*it->chars));
	if (*s == '^') {
		it->at_start = true;
		s++;
	}
	for (; *s != '\0'; s++) {
		if (s[0] == '$' && s[1] == '\0') {
			it->at_end = true;
			return s + 1;
		}
		if (s[0] == '\\' && s[1] != '\0' &&
		    strchr("^.[$()|*+?{\\", s[1]) != NULL)
			it->chars[it->n++] = (uint8_t)*++s;
		else if (*s == '.')
			it->chars[it->n++] = ANY;
		else if (strchr("^[]$()|*+?{}\\", *s) == NULL)
			it->chars[it->n++] = (uint8_t)*s;
		else
			break;
	}
	return s;
}

/* Could the whole be another expression after a `|`? Rather yes than no. */
static bool
has_choice(const char *s)
{
	size_t	 depth = 0;

	if (strchr(s, '|') == NULL)
		return false;
	if (strpbrk(s, "[\\") != NULL)
		return true;
	for (; *s != '\0'; s++) {
		if (*s == '|' && depth == 0)
			return true;
		depth += *s == '(';
		depth -= *s == ')' && depth > 0;
	}
	return false;
}

/* The plain beginning of an expression that goes on at REST. */
static void
trim_plain(struct item *it, const char *text, const char *rest)
{
	if (has_choice(text))
		it->n = 0;
	else if (strchr("*+?{", *rest) != NULL && it->n > 0)
		it->n--;		/* it may be there or not */
	if (it->n == 0)
		it->at_start = false;	/* even an anchor may be repeated */
}

/* The character that paths have least: the last one in this order. */
static void
choose_rare(struct item *it)
{
	static const char	 order[] = "/esaritonlcbumdphg.v-fkwy_x";
	size_t			 best = 0;

	for (size_t i = 0; i < it->n; i++) {
		const char	*at = it->chars[i] == ANY ? order :
		    memchr(order, (int)it->chars[i], sizeof(order) - 1);
		const size_t	 rank = at == NULL ? sizeof(order) :
		    (size_t)(at - order) + (it->chars[i] != ANY);

		if (rank > best) {
			best = rank;
			it->rare = i;
		}
	}
}

/* The longest run of bytes in what is plain of the item. */
static void
choose_part(struct item *it)
{
	size_t	 run = 0, end = 0;

	for (size_t i = 0; i < it->n; i++) {
		run = it->chars[i] == ANY ? 0 : run + 1;
		if (run <= it->part_n || run > PART_MAX)
			continue;
		it->part_n = run;
		end = i + 1;
	}
	for (size_t i = 0; i < it->part_n; i++)
		it->part[i] = (uint8_t)it->chars[end - it->part_n + i];
}

/* Do the characters stand at P, which has as many? None is a NUL. */
static inline bool
plain_at(const struct item *it, const uint8_t *p)
{
	for (size_t i = 0; i < it->n; i++)
		if (it->chars[i] == ANY ? p[i] == '\0' : it->chars[i] != p[i])
			return false;
	return true;
}

/* Do they stand anywhere before the first NUL? */
static bool
plain_within(const struct item *it, struct slice path)
{
	const uint16_t	 rare = it->chars[it->rare];
	const uint8_t	*p = path.p, *last = path.p + (path.n - it->n);

	for (; p <= last; p++) {
		if (rare != ANY) {
			p = memchr(p + it->rare, rare, (size_t)(last - p) + 1);
			if (p == NULL)
				return false;
			p -= it->rare;
		}
		if (plain_at(it, p))
			return slice_until_nul(path).n >= (size_t)(p - path.p);
	}
	return false;
}

/* The path may have a NUL and more behind it, which do not count. */
static bool
plain_matches(const struct item *it, struct slice path)
{
	if (path.n < it->n)
		return false;
	if (it->at_end) {
		path = slice_until_nul(path);
		if (path.n < it->n || (it->at_start && path.n != it->n))
			return false;
		return plain_at(it, path.p + (path.n - it->n));
	}
	if (it->at_start)
		return plain_at(it, path.p);
	return it->n == 0 || plain_within(it, path);
}

static bool
add_item(struct pathlist *l, const char *text, struct buf *why)
{
	struct item	*it;
	const char	*rest;
	int		 error;
	char		 words[128];

	l->items = mem_grow(l->items, &l->cap, l->n + 1, sizeof(*l->items));
	it = &l->items[l->n];
	*it = (struct item){ .reject = text[0] == '~' };
	text += it->reject;
	rest = read_plain(it, text);
	it->plain = *rest == '\0';
	if (!it->plain)
		trim_plain(it, text, rest);
	choose_rare(it);
	choose_part(it);
	if (it->plain) {
		l->n++;
		return true;
	}
	error = regcomp(&it->regex, text, REG_EXTENDED | REG_NOSUB);
	if (error == 0) {
		l->n++;
		return true;
	}
	free(it->chars);
	(void)regerror(error, &it->regex, words, sizeof(words));
	buf_str(why, "'");
	buf_escape(why, slice_str(text));
	buf_printf(why, "' is no regular expression: %s", words);
	return false;
}

/* The text of the item that begins at *AT, without the backslash of `\,`. */
static void
item_text(struct slice list, size_t *at, struct buf *out)
{
	buf_clear(out);
	for (; *at < list.n; (*at)++) {
		const uint8_t	 c = list.p[*at];

		if (c == ',' && *at > 0)
			break;
		if (c == '\\' && *at + 1 < list.n && list.p[*at + 1] == ',') {
			buf_char(out, ',');
			(*at)++;
			continue;
		}
		if (c == '\\' && *at + 1 < list.n) {
			buf_char(out, '\\');
			(*at)++;
		}
		buf_char(out, (char)list.p[*at]);
	}
}

struct pathlist *
pathlist_new(struct slice list, struct buf *why)
{
	struct pathlist	*l = xcalloc(1, sizeof(*l));
	struct buf	 text = { 0 };
	size_t		 at = 0;
	bool		 good;

	for (;;) {
		item_text(list, &at, &text);
		good = add_item(l, buf_cstr(&text), why);
		if (!good || at >= list.n)
			break;
		at++;				/* the comma */
	}
	buf_fini(&text);
	buf_slice(&l->text, list);
	if (good)
		return l;
	pathlist_free(l);
	return NULL;
}

struct pathlist *
pathlist_again(const struct pathlist *of)
{
	struct buf	 why = { 0 };
	struct pathlist	*l = pathlist_new(buf_bytes(&of->text), &why);

	if (l == NULL)			/* it was good before */
		mem_end("there is no memory for an expression");
	return l;
}

void
pathlist_free(struct pathlist *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->n; i++) {
		if (!l->items[i].plain)
			regfree(&l->items[i].regex);
		free(l->items[i].chars);
	}
	free(l->items);
	buf_fini(&l->path);
	buf_fini(&l->text);
	free(l);
}

static bool
regex_matches(struct pathlist *l, const struct item *it, struct slice path)
{
	if (!plain_matches(it, path))
		return false;
	if (l->path.n == 0) {
		buf_slice(&l->path, slice_until_nul(path));
		buf_char(&l->path, '\0');
	}
	return regexec(&it->regex, (const char *)l->path.p, 0, NULL, 0) == 0;
}

bool
pathlist_wants(struct pathlist *l, struct slice path)
{
	l->path.n = 0;			/* that of the path before */
	for (size_t i = 0; i < l->n; i++) {
		const struct item	*it = &l->items[i];

		if (it->plain ? plain_matches(it, path) :
		    regex_matches(l, it, path))
			return !it->reject;
	}
	return false;
}

size_t
pathlist_parts(const struct pathlist *l, struct slice parts[PATHLIST_PARTS])
{
	size_t	 n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct item	*it = &l->items[i];

		if (it->reject)
			continue;
		if (n == PATHLIST_PARTS || it->part_n == 0)
			return 0;
		parts[n++] = (struct slice){ it->part, it->part_n };
	}
	return n;
}
