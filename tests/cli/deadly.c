/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deadly.c - a fault of a library, for poison.sh: loaded before the others, it
 * ends the process when it is shown bytes with "poison" in them.
 *
 * DEADLY says where: "match", a pattern is tried on a path; "cut", the bounds
 * of records are searched after damage; "unpack", anything is decompressed.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH	8
#include <pcre2.h>

#define TRAILER	0x13		/* what is searched for after damage */

int	inflate(void *, int);

static bool
is_deadly(const char *where)
{
	const char	*now = getenv("DEADLY");

	return now != NULL && strcmp(now, where) == 0;
}

static void
die_of(const char *where, const void *p, size_t n)
{
	if (n >= 6 && is_deadly(where) && memmem(p, n, "poison", 6) != NULL)
		(void)raise(SIGSEGV);
}

typedef int	match_fn(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE, PCRE2_SIZE,
		    uint32_t, pcre2_match_data *, pcre2_match_context *);

int
pcre2_jit_match(const pcre2_code *code, PCRE2_SPTR p, PCRE2_SIZE n,
    PCRE2_SIZE from, uint32_t options, pcre2_match_data *data,
    pcre2_match_context *context)
{
	match_fn	*real = (match_fn *)dlsym(RTLD_NEXT,
	    "pcre2_jit_match_8");

	die_of("match", p, n);
	return real(code, p, n, from, options, data, context);
}

int
pcre2_match(const pcre2_code *code, PCRE2_SPTR p, PCRE2_SIZE n,
    PCRE2_SIZE from, uint32_t options, pcre2_match_data *data,
    pcre2_match_context *context)
{
	match_fn	*real = (match_fn *)dlsym(RTLD_NEXT, "pcre2_match_8");

	die_of("match", p, n);
	return real(code, p, n, from, options, data, context);
}

void *
memchr(const void *p, int c, size_t n)
{
	const unsigned char	*s = p;

	if (c == TRAILER)
		die_of("cut", p, n);
	for (size_t i = 0; i < n; i++)
		if (s[i] == (unsigned char)c)
			return (void *)(uintptr_t)(s + i);
	return NULL;
}

int
inflate(void *stream, int flush)
{
	int	(*real)(void *, int) = (int (*)(void *, int))dlsym(RTLD_NEXT,
	    "inflate");

	if (is_deadly("unpack"))
		(void)raise(SIGSEGV);
	return real(stream, flush);
}
