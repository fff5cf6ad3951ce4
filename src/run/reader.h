/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader.h - the process that reads rules: the front end without files.
 *
 * It is started for that alone, has seen no record, and can open nothing. What
 * rules name it asks the parent for (run/lectern.h), and it tells the parent
 * what is wrong with them, or what of them it has to know.
 */
#ifndef RUN_READER_H
#define RUN_READER_H

#include "rule/rules.h"
#include "run/station.h"

struct reader;

/* The one of this process; the station is taken, and its door closed. */
struct reader	*reader_new(struct station *, const struct privilege *);

/* An environment for rules_load() that asks the parent. */
struct rules_env reader_env(struct reader *, const struct names *);

/* All is done: what is wrong, in lines, or the program; does not return. */
void		 reader_end(struct reader *, const struct program *,
		    const struct buf *faults) __attribute__((noreturn));

#endif
