/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inroot.h - files of a system that lies below a directory of this one.
 */
#ifndef RUN_INROOT_H
#define RUN_INROOT_H

#define INROOT_LINKS_MAX 40	/* followed on the way, as kernels do */
#define INROOT_DEPTH_MAX 64	/* directories, one in the other */

/*
 * Open a file for reading as if ROOT were the root directory: where PATH leads
 * through symbolic links, also absolute ones and those that climb with "..",
 * it stays below ROOT. Only regular files are opened. Returns a descriptor, or
 * -1 with errno.
 */
int	inroot_open(const char *root, const char *path);

#endif
