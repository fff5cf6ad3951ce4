/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.c - users and groups of a system that is not this one.
 *
 * The files of passwd(5) and group(5) are read once and kept as they are; the
 * entries are sorted by id and by name, and point into them. Where an id or a
 * name stands twice the first line counts, as it does for getpwuid(3).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/image.h"
#include "run/inroot.h"
#include "run/loader.h"

#define FILE_MAX	(64u << 20)	/* bytes; a million users */

struct entry {
	struct slice	 name;
	uint32_t	 id;
	size_t		 line;
};

struct list {
	struct buf	 text;
	struct entry	*by_id, *by_name;
	size_t		 n;
};

struct image {
	struct list	 users, groups;
	struct accounts	 accounts;
};

/* An unsigned 32-bit number, or a negative one, as macOS has for nobody. */
static bool
read_id(struct slice s, uint32_t *id)
{
	const bool	 minus = s.n > 1 && s.p[0] == '-';
	uint64_t	 v = 0;

	if (s.n == 0 || s.n > 11)
		return false;
	for (size_t i = minus; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = 10 * v + (uint64_t)(s.p[i] - '0');
	}
	if (v > UINT32_MAX)
		return false;
	*id = minus ? (uint32_t)-v : (uint32_t)v;
	return true;
}

/* The next part up to END_BYTE, which is passed over. */
static struct slice
cut(struct slice *s, uint8_t end_byte)
{
	const uint8_t	*end = s->n == 0 ? NULL : memchr(s->p, end_byte, s->n);
	struct slice	 part = *s;

	if (end != NULL)
		part.n = (size_t)(end - s->p);
	s->p += part.n;
	s->n -= part.n;
	if (s->n > 0) {
		s->p++;
		s->n--;
	}
	return part;
}

/* name:password:id:... */
static bool
read_entry(struct slice line, struct entry *e)
{
	e->name = cut(&line, ':');
	(void)cut(&line, ':');
	return e->name.n > 0 && e->name.p[0] != '#' &&
	    memchr(e->name.p, '\0', e->name.n) == NULL &&
	    read_id(cut(&line, ':'), &e->id);
}

static int
compare_lines(const struct entry *a, const struct entry *b)
{
	return a->line < b->line ? -1 : a->line > b->line;
}

static int
compare_ids(const void *va, const void *vb)
{
	const struct entry	*a = va, *b = vb;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return compare_lines(a, b);
}

static int
compare_bytes(struct slice a, struct slice b)
{
	const int	 c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c != 0 ? c : a.n < b.n ? -1 : a.n > b.n;
}

static int
compare_names(const void *va, const void *vb)
{
	const struct entry	*a = va, *b = vb;
	const int		 c = compare_bytes(a->name, b->name);

	return c != 0 ? c : compare_lines(a, b);
}

/* Take the entries out of what was read. */
static void
index_list(struct list *l)
{
	struct slice	 text = buf_bytes(&l->text);
	size_t		 lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	l->by_id = xcalloc(lines, sizeof(*l->by_id));
	l->by_name = xcalloc(lines, sizeof(*l->by_name));
	for (size_t line = 0; text.n > 0; line++)
		if (read_entry(cut(&text, '\n'), &l->by_id[l->n]))
			l->by_id[l->n++].line = line;
	memcpy(l->by_name, l->by_id, l->n * sizeof(*l->by_id));
	qsort(l->by_id, l->n, sizeof(*l->by_id), compare_ids);
	qsort(l->by_name, l->n, sizeof(*l->by_name), compare_names);
}

/* The first entry that is not less than what is looked for. */
static const struct entry *
lower(const struct entry *sorted, size_t n, const struct entry *key,
    int (*compare)(const void *, const void *))
{
	size_t	 lo = 0, hi = n;

	while (lo < hi) {
		const size_t	 mid = lo + (hi - lo) / 2;

		if (compare(&sorted[mid], key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n ? &sorted[lo] : NULL;
}

static bool
name_of(const struct list *l, uint32_t id, char *name, size_t n)
{
	const struct entry	 key = { .id = id };
	const struct entry	*e = lower(l->by_id, l->n, &key, compare_ids);

	if (e == NULL || e->id != id || e->name.n >= n)
		return false;
	memcpy(name, e->name.p, e->name.n);
	name[e->name.n] = '\0';
	return true;
}

static bool
id_of(const struct list *l, const char *name, uint32_t *id)
{
	const struct entry	 key = { .name = slice_str(name) };
	const struct entry	*e = lower(l->by_name, l->n, &key,
	    compare_names);

	if (e == NULL || !slice_eq(e->name, key.name))
		return false;
	*id = e->id;
	return true;
}

static bool
user_of(void *arg, uint32_t id, char *name, size_t n)
{
	return name_of(&((const struct image *)arg)->users, id, name, n);
}

static bool
group_of(void *arg, uint32_t id, char *name, size_t n)
{
	return name_of(&((const struct image *)arg)->groups, id, name, n);
}

static bool
uid_of(void *arg, const char *name, uint32_t *id)
{
	return id_of(&((const struct image *)arg)->users, name, id);
}

static bool
gid_of(void *arg, const char *name, uint32_t *id)
{
	return id_of(&((const struct image *)arg)->groups, name, id);
}

/* A file of the image: what a link there means, it means in the image. */
static int
read_file(const char *root, const char *path, struct buf *out)
{
	const int	 fd = inroot_open(root, path);
	int		 error;

	if (fd == -1)
		return errno;
	error = loader_read_fd(fd, FILE_MAX, out);
	(void)close(fd);		/* it was only read */
	return error;
}

/* NEEDED: a file that is missing is said to be so. */
static bool
read_list(struct list *l, const char *root, const char *file, bool needed)
{
	struct buf	 shown = { 0 };
	const int	 error = read_file(root, file, &l->text);

	if (error != 0 && (needed || error != ENOENT)) {
		buf_escape(&shown, slice_str(root));
		log_warn("%s%s: %s", buf_cstr(&shown), file, strerror(error));
		buf_fini(&shown);
	}
	index_list(l);
	return error == 0 || (!needed && error == ENOENT);
}

struct image *
image_new(const char *root)
{
	struct image	*i = xcalloc(1, sizeof(*i));

	i->accounts = (struct accounts){ uid_of, gid_of, user_of, group_of,
	    i };
	if (!read_list(&i->users, root, "/etc/passwd", true) ||
	    !read_list(&i->groups, root, "/etc/group", false)) {
		image_free(i);
		return NULL;
	}
	return i;
}

static void
free_list(struct list *l)
{
	buf_fini(&l->text);
	free(l->by_id);
	free(l->by_name);
}

void
image_free(struct image *i)
{
	if (i == NULL)
		return;
	free_list(&i->users);
	free_list(&i->groups);
	free(i);
}

const struct accounts *
image_accounts(const struct image *i)
{
	return &i->accounts;
}
