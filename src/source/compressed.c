/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compressed.c - what gzip, zstd, bzip2 and xz made smaller, as it was.
 *
 * What a trail is compressed with is seen from its first bytes, whatever its
 * name: no audit record begins with them. libarchive undoes it, as a filter
 * before its "raw" format, which takes bytes as they are; only one filter is
 * enabled, and none that would start another program. gunzip.c says why gzip
 * goes another way.
 */
#include "source/compressed.h"

#include <archive.h>
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "source/gunzip.h"

static const struct kind {
	const char	*name;
	const char	*suffix;
	uint8_t		 mark[COMPRESSED_MARK];
	size_t		 mark_n;
	int		(*filter)(struct archive *);	/* NULL: gunzip.c */
} kinds[] = {
	{ "gzip",  ".gz",  { 0x1f, 0x8b, 0x08 }, 3, NULL },
	{ "zstd",  ".zst", { 0x28, 0xb5, 0x2f, 0xfd }, 4,
	    archive_read_support_filter_zstd },
	{ "bzip2", ".bz2", { 'B', 'Z', 'h' }, 3,
	    archive_read_support_filter_bzip2 },
	{ "xz",    ".xz",  { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6,
	    archive_read_support_filter_xz },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct compressed {
	const struct kind	*kind;
	compressed_feed		 feed;
	void			*arg;
	struct gunzip		*gunzip;
	struct archive		*archive;
	bool			 begun;
	bool			 starved;	/* no more is to be had */
	int			 error;		/* errno of the feed */
	int			 end;	/* 1: at the end; -1: failed */
	struct buf		 why;
};

const char *
compressed_kind(struct slice first)
{
	for (size_t i = 0; i < KINDS; i++)
		if (slice_has_prefix(first,
		    (struct slice){ kinds[i].mark, kinds[i].mark_n }))
			return kinds[i].name;
	return NULL;
}

size_t
compressed_suffix(struct slice name)
{
	for (size_t i = 0; i < KINDS; i++) {
		const struct slice	 s = slice_str(kinds[i].suffix);

		if (name.n > s.n && slice_eq(s,
		    (struct slice){ name.p + name.n - s.n, s.n }))
			return s.n;
	}
	return 0;
}

/* libarchive asks for more. */
static la_ssize_t
on_read(struct archive *a, void *arg, const void **bytes)
{
	struct compressed	*c = arg;
	struct slice		 more = { NULL, 0 };
	const int		 got = c->feed(c->arg, &more);

	if (got == -1) {
		c->error = errno;
		archive_set_error(a, c->error, "read failed");
		return -1;
	}
	c->starved = got == 0;
	*bytes = more.p;
	return (la_ssize_t)more.n;
}

struct compressed *
compressed_new(const char *kind, compressed_feed feed, void *arg)
{
	struct compressed	*c = xcalloc(1, sizeof(*c));

	c->kind = kinds;
	while (strcmp(c->kind->name, kind) != 0)
		c->kind++;
	c->feed = feed;
	c->arg = arg;
	if (c->kind->filter == NULL) {
		c->gunzip = gunzip_new(feed, arg);
		return c;
	}
	if ((c->archive = archive_read_new()) == NULL)
		mem_end("libarchive: out of memory");
	return c;
}

void
compressed_free(struct compressed *c)
{
	if (c == NULL)
		return;
	gunzip_free(c->gunzip);
	(void)archive_read_free(c->archive);	/* NULL is allowed */
	buf_fini(&c->why);
	free(c);
}

/* What went wrong, as far as libarchive's words do not have to be trusted. */
static int
fail(struct compressed *c)
{
	c->end = -1;
	if (c->error != 0)
		buf_str(&c->why, strerror(c->error));
	else if (c->starved)
		buf_printf(&c->why, "the %s data is cut short", c->kind->name);
	else
		buf_printf(&c->why, "the %s data is damaged", c->kind->name);
	return -1;
}

/*
 * Open it: 1, or as compressed_more(). Filters that start a program, because
 * the library for one was not there when libarchive was built, say
 * ARCHIVE_WARN.
 */
static int
begin(struct compressed *c)
{
	struct archive		*a = c->archive;
	struct archive_entry	*entry;
	int			 rc;

	c->begun = true;
	if (c->kind->filter(a) != ARCHIVE_OK) {
		c->end = -1;
		buf_printf(&c->why, "libarchive was built without %s here",
		    c->kind->name);
		return -1;
	}
	if (archive_read_support_format_raw(a) != ARCHIVE_OK ||
	    archive_read_support_format_empty(a) != ARCHIVE_OK ||
	    archive_read_set_read_callback(a, on_read) != ARCHIVE_OK ||
	    archive_read_set_callback_data(a, c) != ARCHIVE_OK ||
	    archive_read_open1(a) != ARCHIVE_OK)
		return fail(c);
	rc = archive_read_next_header(a, &entry);
	if (rc == ARCHIVE_OK && archive_filter_count(a) > 1)
		return 1;
	/* What ends before its first byte looks like an empty file. */
	if (rc == ARCHIVE_EOF && archive_errno(a) == 0 &&
	    archive_filter_count(a) > 1) {
		c->end = 1;
		return 0;
	}
	return fail(c);
}

int
compressed_more(struct compressed *c, struct slice *bytes)
{
	const void	*p;
	size_t		 n;
	la_int64_t	 offset;
	int		 rc;

	if (c->gunzip != NULL)
		return gunzip_more(c->gunzip, bytes);
	if (c->end != 0 || (!c->begun && begin(c) != 1))
		return c->end == 1 ? 0 : -1;
	do
		rc = archive_read_data_block(c->archive, &p, &n, &offset);
	while (rc == ARCHIVE_RETRY || (rc == ARCHIVE_OK && n == 0));
	if (rc == ARCHIVE_EOF) {
		c->end = 1;
		return 0;
	}
	if (rc != ARCHIVE_OK)
		return fail(c);
	*bytes = (struct slice){ p, n };
	return 1;
}

const char *
compressed_why(struct compressed *c)
{
	if (c->gunzip != NULL)
		return gunzip_why(c->gunzip);
	return buf_cstr(&c->why);
}
