/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errors.h - BSM error numbers to names, text and the local errno.
 *
 * The error byte of a return token holds a BSM number in records of header
 * version 2 and 11, and the local errno of the writer's system in versions 1
 * and 10. OpenBSM's sys/bsm/audit_errno.h has the numbers.
 */
#ifndef BSM_ERRORS_H
#define BSM_ERRORS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define ERRORS_UNKNOWN		250u	/* an errno that BSM has not */
#define ERRORS_MINUS_ONE	255u	/* what programs write for no errno */

struct bsm_error {
	uint8_t		 number;	/* BSM */
	const char	*name;		/* EPERM */
	const char	*text;		/* Operation not permitted */
	int		 local;		/* this system's errno; -1: none */
	bool		 printed;	/* praudit(1) prints the text */
};

/* Borrowed for ever; NULL when the number is not assigned. */
const struct bsm_error	*errors_find(uint8_t number);
const struct bsm_error	*errors_by_name(struct slice name);

/*
 * The text that praudit(1) prints on Linux after "failure : ". It is the same
 * on every system: where a trail is read says nothing about where it is from.
 * NULL where praudit prints "failure: Unknown error: N" there: a number that is
 * not assigned, that has no row in its table (61, 62, 63, 128, 152, 250), or
 * that Linux has no error for (72, 73, 190 to 210, 223 to 225).
 */
const char		*errors_text(uint8_t number);

/* This system's errno for it; -1 when it has none. */
int			 errors_local(uint8_t number);

/*
 * The BSM number of an errno of 4.4BSD, which FreeBSD and macOS share up to 81
 * and records of versions 1 and 10 hold as it was; 250, unknown, beyond. 255,
 * the -1 of programs, stays.
 */
uint8_t			 errors_from_bsd(uint8_t number);

/* All rows, ascending, for listings and suggestions. */
const struct bsm_error	*errors_all(size_t *n);

#endif
