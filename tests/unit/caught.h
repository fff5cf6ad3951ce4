/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * caught.h - what a test says on standard error, as text.
 */
#ifndef TESTS_CAUGHT_H
#define TESTS_CAUGHT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct caught {
	int	 saved;
	FILE	*file;
	char	 text[16384];
};

static inline void
catch_stderr(struct caught *c)
{
	fflush(stderr);
	c->saved = dup(STDERR_FILENO);
	c->file = tmpfile();
	if (c->saved == -1 || c->file == NULL ||
	    dup2(fileno(c->file), STDERR_FILENO) == -1)
		abort();
}

/* Everything since; standard error is as it was again. */
static inline const char *
caught_text(struct caught *c)
{
	size_t	 n;

	fflush(stderr);
	(void)dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	rewind(c->file);
	n = fread(c->text, 1, sizeof(c->text) - 1, c->file);
	c->text[n] = '\0';
	fclose(c->file);
	return c->text;
}

#endif
