/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ruleset.h - the text of the rules that the bench watches its trails with.
 */
#ifndef BENCH_RULESET_H
#define BENCH_RULESET_H

#include "base/buf.h"
#include "bsm/names.h"

/*
 * Append N rules of a kind. Names of events come from NAMES where a kind lists
 * those of a class.
 */
typedef void	(*ruleset_fn)(struct buf *, const struct names *, unsigned n);

/* The first N of five rules as administrators write them. */
void	ruleset_usual(struct buf *, const struct names *, unsigned n);
/* The same with audit classes, and with the events of these classes. */
void	ruleset_classes(struct buf *, const struct names *, unsigned n);
void	ruleset_events(struct buf *, const struct names *, unsigned n);

/*
 * One rule: about an event that never happens, about one record in twenty-five,
 * about one in four with its path, and about all of them with theirs.
 */
void	ruleset_idle(struct buf *, const struct names *, unsigned n);
void	ruleset_logins(struct buf *, const struct names *, unsigned n);
void	ruleset_programs(struct buf *, const struct names *, unsigned n);
void	ruleset_all(struct buf *, const struct names *, unsigned n);

/* Each about files of its own, in the directories of the trail. */
void	ruleset_paths(struct buf *, const struct names *, unsigned n);
/* The same, all about one event; in those of a trail made with --deep; both. */
void	ruleset_one_event(struct buf *, const struct names *, unsigned n);
void	ruleset_deep(struct buf *, const struct names *, unsigned n);
void	ruleset_deep_event(struct buf *, const struct names *, unsigned n);
/* Each about a class of events and files of its own. */
void	ruleset_class_paths(struct buf *, const struct names *, unsigned n);
/* Each about a user of its own; no paths. All about one event. */
void	ruleset_users(struct buf *, const struct names *, unsigned n);
/* Each about a user and files of its own; or files that all have in common. */
void	ruleset_both(struct buf *, const struct names *, unsigned n);
void	ruleset_shared(struct buf *, const struct names *, unsigned n);
/* Each with a regular expression of its own. */
void	ruleset_patterns(struct buf *, const struct names *, unsigned n);
/* The same with look-around or a reference back, which no automaton knows. */
void	ruleset_looking(struct buf *, const struct names *, unsigned n);

/* A rule that every user is in: every record finds the user's sequence... */
void	ruleset_waiting(struct buf *, const struct names *, unsigned n);
/* ...or advances it. */
void	ruleset_counting(struct buf *, const struct names *, unsigned n);
/* The same as the first, but it gives up after a while, or is cancelled. */
void	ruleset_hasty(struct buf *, const struct names *, unsigned n);
void	ruleset_cancelled(struct buf *, const struct names *, unsigned n);

/*
 * Rules of the second edition, each about a directory of the trail: that
 * remember a path and compare with it, count in a sliding window, count
 * different paths, wait for what does not come, and some of each.
 */
void	ruleset_bound(struct buf *, const struct names *, unsigned n);
void	ruleset_sliding(struct buf *, const struct names *, unsigned n);
void	ruleset_distinct(struct buf *, const struct names *, unsigned n);
void	ruleset_absent(struct buf *, const struct names *, unsigned n);
void	ruleset_mixed(struct buf *, const struct names *, unsigned n);

#endif
