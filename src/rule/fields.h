/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fields.h - the words for what a record says of itself.
 *
 * One row for each field of program.h: its word in rules, what kind of value
 * it has, which tokens have it, and what may be said of it.
 */
#ifndef RULE_FIELDS_H
#define RULE_FIELDS_H

#include "base/slice.h"
#include "rule/diag.h"
#include "rule/program.h"

struct field_row {
	const char	*word;
	enum field_kind	 kind;
	bool		 several;	/* a record may have several of them */
	bool		 predicate;	/* it can stand at the head of one */
	bool		 key;		/* `by`, `distinct`, `new ... by` */
	bool		 bind;
};

/* Ordered as enum rule_field. */
extern const struct field_row field_rows[FIELDS];

/* The field of a word, or FIELDS. */
enum rule_field	 field_find(struct slice word);

/* What a kind is called in messages: "a user", "an address". */
const char	*field_kind_name(enum field_kind);

/* May values of these two fields be compared with `==`? */
bool		 field_comparable(enum field_kind, enum field_kind);

/* The same as names, for "did you mean". */
extern const struct name field_names[];

#endif
