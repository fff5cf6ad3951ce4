/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tables.h - an event and class table in the form that names.c searches, and
 * those that are built in.
 *
 * script/mk-tables writes the built-in ones as C from the text in data/ while
 * the program is built; names.c makes the same of text it is given. Rows stand
 * in the order of the text. The keys are sorted, and each number or name has
 * only one: that of its first row.
 */
#ifndef BSM_TABLES_H
#define BSM_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "bsm/names.h"

struct number_key {
	uint16_t	 number;
	uint32_t	 row;
};

struct name_key {
	const char	*name;
	uint32_t	 row;
};

struct names_table {
	const struct event_name	*events;
	const struct class_name	*classes;
	const struct number_key	*event_numbers;
	const struct name_key	*event_names;
	const struct name_key	*class_names;
	size_t			 nevents, nclasses;	/* rows */
	size_t			 nevent_numbers;	/* keys */
	size_t			 nevent_names, nclass_names;
};

extern const struct names_table	tables_builtin[DIALECTS];

#endif
