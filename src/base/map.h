/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.h - hash table keyed by bytes, seeded at start.
 *
 * Keys are copied into the table. Values are pointers that the table does not
 * own. Iteration is in order of insertion, so that no output depends on the
 * seed.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

#include "base/slice.h"

struct map;

struct map	*map_new(void);
void		 map_free(struct map *);		/* NULL is allowed */
size_t		 map_count(const struct map *);

/* The value stored under the key, or NULL. */
void		*map_find(const struct map *, struct slice key);

/*
 * Store VALUE (not NULL) under KEY. Returns what was there before, or NULL; a
 * replaced key keeps its place in the order.
 */
void		*map_put(struct map *, struct slice key, void *value);

/* The same, but what is there already stays. */
void		*map_add(struct map *, struct slice key, void *value);

/* The I-th pair in order of insertion, I below map_count(). */
void		*map_at(const struct map *, size_t i, struct slice *key);

#endif
