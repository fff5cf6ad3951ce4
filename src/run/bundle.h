/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle.h - the files that rules are made of, to be read once.
 *
 * The parent keeps what it handed out when the rules were checked, and gives it
 * to the others: so all have the same rules, whatever was written to the files
 * since, and nobody else has to be able to read them.
 */
#ifndef RUN_BUNDLE_H
#define RUN_BUNDLE_H

#include <stdbool.h>

#include "rule/rules.h"
#include "run/channel.h"
#include "run/roles.h"

struct bundle;

#define BUNDLE_BYTES_MAX (512u << 20)	/* of all files together */

struct bundle	*bundle_new(void);
void		 bundle_free(struct bundle *);		/* NULL is allowed */
size_t		 bundle_size(const struct bundle *);	/* and of names */

/*
 * Like ENV, but what is read is kept, and the numbers of users and groups as
 * well; both must outlive what is returned.
 */
struct rules_env bundle_keeping(struct bundle *, const struct rules_env *env);

/* Like ENV, but nothing is read and nothing checked: all is from the bundle. */
struct rules_env bundle_giving(struct bundle *, const struct rules_env *env);

/* Send all there is. Returns 0, or CHANNEL_E*. */
int		 bundle_send(const struct bundle *, struct channel *,
		    enum roles_way);

/* Take a message of it. False when it makes no sense. */
bool		 bundle_take(struct bundle *, const struct message *);

#endif
