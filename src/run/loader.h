/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader.h - rule files and what they name, from the file system.
 */
#ifndef RUN_LOADER_H
#define RUN_LOADER_H

#include "rule/rules.h"

#define LOADER_FILE_MAX (256u << 20)	/* bytes of one rule file */

/* An environment for rules_load() that asks the file system. */
struct rules_env	loader_env(const struct names *,
			    const struct accounts *);

/* Append what a file holds, at most MAX bytes. Returns 0 or an errno. */
int			loader_read(const char *path, size_t max, struct buf *);
int			loader_read_fd(int fd, size_t max, struct buf *);

#endif
