/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * press_case.h - trails to print, and both voices of printing in one file, for
 * the tests of what stands between trails and output.
 */
#ifndef TESTS_PRESS_CASE_H
#define TESTS_PRESS_CASE_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bsm/build.h"
#include "bsm/frame.h"
#include "run/sheet.h"

/* Nobody has a name here. */
static inline bool
case_nobody(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)n;
	return false;
}

static const struct accounts	case_accounts = {
	.user_of = case_nobody, .group_of = case_nobody
};

/* A record that holds nothing but a text, and its time. */
static inline void
case_record(struct buf *b, uint32_t seconds, const char *text)
{
	const size_t		 start = b->n;
	const struct token	 header = {
		.layout = layout_find(TOK_HEADER32), .header.version = 11,
		.header.seconds = seconds };
	struct token		 tok = { .layout = layout_find(0x28) };

	tok.str.text = build_cstr(text);
	if (build_token(b, &header) != 0 || build_token(b, &tok) != 0)
		abort();
	build_finish(b, start);
}

/* One whose text token claims to be longer than the record. */
static inline void
case_partial(struct buf *b, uint32_t seconds)
{
	const size_t	 start = b->n;

	case_record(b, seconds, "part");
	b->p[start + 18 + 2] = 200;	/* the low byte of the text's length */
}

/* Run-of-the-mill records with some damage among them. */
static inline void
case_trail(struct buf *b, unsigned records)
{
	char	 text[64];

	for (unsigned i = 0; i < records; i++) {
		memset(text, 'a' + (int)(i % 26), i % 60);
		text[i % 60] = '\0';
		if (i % 500 == 250)
			buf_str(b, "noise");
		if (i % 700 == 350)
			case_partial(b, i);
		else
			case_record(b, i, text);
	}
}

/* Where descriptor and standard error lead both. */
struct voices {
	int	 fd;
	int	 stderr_before;
	char	*text;
};

static inline void
voices_open(struct voices *v)
{
	char	 path[] = "/tmp/bsmtrace-press.XXXXXX";

	v->text = NULL;
	if ((v->fd = mkstemp(path)) == -1 || unlink(path) == -1 ||
	    fcntl(v->fd, F_SETFL, O_APPEND) == -1)
		abort();
	v->stderr_before = dup(STDERR_FILENO);
	if (dup2(v->fd, STDERR_FILENO) == -1)
		abort();
}

/* Standard error is what it was; what was said and written until now. */
static inline const char *
voices_text(struct voices *v)
{
	const off_t	 n = lseek(v->fd, 0, SEEK_END);

	(void)dup2(v->stderr_before, STDERR_FILENO);
	(void)close(v->stderr_before);
	v->text = xcalloc((size_t)n + 1, 1);
	if (pread(v->fd, v->text, (size_t)n, 0) != n)
		abort();
	(void)close(v->fd);
	return v->text;
}

#endif
