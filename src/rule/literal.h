/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * literal.h - values that are one word: numbers, ranges, addresses, times.
 *
 * Each function reads the whole word, or reports why it is none of its kind and
 * returns false. DIAGS may be NULL for a word that has been read before.
 */
#ifndef RULE_LITERAL_H
#define RULE_LITERAL_H

#include <stdbool.h>
#include <stdint.h>

#include "rule/diag.h"
#include "rule/lex.h"
#include "rule/program.h"

/* number := digits | "0" octal digits | "0x" hexadecimal digits */
bool	literal_number(const struct lexeme *, uint64_t max, uint64_t *,
	    struct diags *);

/* range := number [ ".." number ] */
bool	literal_range(const struct lexeme *, uint64_t max, struct range *,
	    struct diags *);

/*
 * clock := HH:MM ".." HH:MM, minutes of the day up to 24:00. The end is not in
 * it; one that ends before it begins passes midnight.
 */
bool	literal_clock(const struct lexeme *, uint16_t *from, uint16_t *until,
	    struct diags *);

/* days := day [ ".." day ], to bits: bit 0 is Sunday. Adds to *BITS. */
bool	literal_days(const struct lexeme *, uint64_t *bits, struct diags *);

/*
 * network := address [ "/" bits ]. Bits of the address beyond the mask are
 * cleared, with a warning.
 */
bool	literal_network(const struct lexeme *, struct network *,
	    struct diags *);

#endif
