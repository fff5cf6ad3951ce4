/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * images.h - the paths that processes run, each kept once.
 *
 * A path is known by a number as long as somebody holds it. Memory is bounded.
 */
#ifndef ENGINE_IMAGES_H
#define ENGINE_IMAGES_H

#include <stdbool.h>
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

/*
 * What there is: numbers are below this, and some of them are nobody's. Room
 * that was given back is used again for paths of the same size alone, so it is
 * told, too: so many cells of each size.
 */
#define IMAGES_SIZES	12u
uint32_t	 images_end(const struct images *);
bool		 images_is(const struct images *, uint32_t);
void		 images_spare(const struct images *,
		    uint32_t cells[IMAGES_SIZES]);

/*
 * To put it back into one that is new: paths in the order of their numbers, and
 * then the cells. False: the number cannot be, the path is there already, or
 * there is no room. Each is held once by whoever restores, until
 * images_let_go().
 */
bool		 images_restore(struct images *, uint32_t, struct slice path);
bool		 images_restore_spare(struct images *,
		    const uint32_t cells[IMAGES_SIZES]);
void		 images_let_go(struct images *);

#endif
