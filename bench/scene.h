/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scene.h - what the generated trails and the rules of the bench agree on.
 *
 * Files and programs are numbers; a number always has the same path, device and
 * inode. Rules of the bench name the same directories as the trails, so that a
 * path has to be looked at closely before a rule can be ruled out.
 */
#ifndef BENCH_SCENE_H
#define BENCH_SCENE_H

#include <stdint.h>

#include "base/buf.h"

#define SCENE_FIRST_UID	1001u	/* users have ids from here on */
#define SCENE_DEVICE	90u
#define SCENE_FIRST_NODE 1000u	/* inode of file 0 */
#define SCENE_PROGRAM_NODE 0x10000000u	/* inode of program 0 */
#define SCENE_LEVELS	80u	/* directories around all others: `--deep` */
#define SCENE_STRAY	256u	/* one program in so many lies outside of the
				 * usual directories */

/* Append the path, without a NUL. */
void	scene_file(struct buf *, uint32_t number);
void	scene_program(struct buf *, uint32_t number);

/* Append so many directories, one in the other, without a slash at the end. */
void	scene_deep(struct buf *, uint32_t levels);

/* Append the directory that holds the file, with a slash at its end. */
void	scene_directory(struct buf *, uint32_t number);

#endif
