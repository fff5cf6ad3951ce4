/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.h - users and groups of a system that is not this one: of an image
 * under examination, from its etc/passwd and etc/group.
 */
#ifndef CLI_IMAGE_H
#define CLI_IMAGE_H

#include "bsm/names.h"

struct image;

/*
 * Read the files below ROOT. A group file may be missing; without a passwd file
 * NULL is returned, after saying why. A line that is no entry is passed over.
 */
struct image		*image_new(const char *root);
void			 image_free(struct image *);	/* NULL is allowed */

/* Borrowed, as long as the image. */
const struct accounts	*image_accounts(const struct image *);

#endif
