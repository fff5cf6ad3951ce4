/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * images.h - the paths that processes run, each kept once.
 *
 * A path is known by a number as long as somebody holds it. Memory is bounded;
 * without pointers in it, it can be saved as it stands.
 */
#ifndef ENGINE_IMAGES_H
#define ENGINE_IMAGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct images;

#define IMAGES_MAX	(32u << 20)	/* bytes of paths */
#define IMAGE_NONE	0u

/* MAX bytes; 0: IMAGES_MAX. */
struct images	*images_new(size_t max);
void		 images_free(struct images *);		/* NULL is allowed */

/*
 * The number of a path of at most 65,535 bytes, held once more; IMAGE_NONE when
 * there is no room for it.
 */
uint32_t	 images_take(struct images *, struct slice path);

/* Hold it once more, or once less. IMAGE_NONE is allowed. */
void		 images_hold(struct images *, uint32_t);
void		 images_drop(struct images *, uint32_t);

/* Borrowed until the next images_take() or images_drop(). */
struct slice	 images_path(const struct images *, uint32_t);

#endif
