/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.h - the `record` lines of rule tests to the bytes of records.
 *
 *	record AUE_OPEN_WC path /tmp/x auid 1001 session 7 failure EACCES;
 *
 * First the audit event, by name or number, then what the record says:
 *
 *	path P			a path token; may come again
 *	args "a", "b"		exec arguments; environment likewise
 *	auid euid ruid U	of the subject, by name or number
 *	egid rgid G		of the subject
 *	pid session port N	of the subject
 *	terminal A		its address
 *	owner U  group G  mode M  device N  inode N	an attribute token
 *	argument N "name" V	an argument token; may come again
 *	address A port N	a socket token, when it stands after `address`
 *	text T			a text token; may come again
 *	zone Z			a zone token
 *	host A			the machine's address, in the header
 *	success, failure [E]	the return token's error, EPERM if not said
 *	return N		and its value
 *
 * A subject token is written when one of its words is given; ids that are not
 * given are the audit id. Numbers may be decimal, 0x1f, or 0755.
 */
#ifndef MAKE_WORDS_H
#define MAKE_WORDS_H

#include "base/buf.h"
#include "bsm/names.h"
#include "rule/lex.h"

struct words_env {
	const struct names	*names;
	const struct accounts	*accounts;
	struct diags		*diags;
};

/*
 * Append the record that the words describe, at this time (milliseconds since
 * 1970). Its event decides the form: one that only Solaris knows makes a
 * record of Solaris. Returns false, with nothing appended, after reporting
 * what is wrong.
 */
bool	words_record(const struct words_env *, const struct lexeme *words,
	    size_t n, int64_t millis, struct buf *);

/* The time of an `at` line, "2026-01-01 00:00:00" in UTC. */
bool	words_time(const struct words_env *, const struct lexeme *words,
	    size_t n, int64_t *millis);

#endif
