/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * order.h - sequences whose states come in any order.
 */
#ifndef ENGINE_ORDER_H
#define ENGINE_ORDER_H

#include <stddef.h>

#include "engine/index.h"

struct scene;

/*
 * The record meets these N states, the last one first, but for what they ask
 * more. It takes the first that has not all its records, or else the place of
 * the oldest; when all states have theirs and they lie within `timeout`, that
 * is an alert.
 */
void	 order_feed(const struct scene *, const struct entry *, size_t n);

#endif
