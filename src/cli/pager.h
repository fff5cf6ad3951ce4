/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager.h - long output, a screen at a time.
 */
#ifndef CLI_PAGER_H
#define CLI_PAGER_H

#include <stdbool.h>

/*
 * Let standard output, a terminal, go through $PAGER; without that variable
 * through less(1), if it is installed. Empty or "cat" means none. False when
 * output goes where it went before.
 */
bool	pager_open(void);

/* Close standard output and wait until the reader has left the pager. */
void	pager_close(void);

/* May this terminal be sent colours? NO_COLOR and TERM=dumb say no. */
bool	pager_colours(void);

#endif
