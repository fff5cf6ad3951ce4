/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * graph.h - the state machine of a sequence as a picture.
 *
 * From top to bottom: who may begin, a box for each state with what it asks of
 * a record, the alert, and what cancels the sequence or is passed over.
 */
#ifndef RULE_GRAPH_H
#define RULE_GRAPH_H

#include "base/buf.h"
#include "rule/tree.h"

/* Text for Graphviz: statements of a `digraph`, see dot(1). */
void	graph_dot_begin(struct buf *);
void	graph_dot(struct buf *, const struct item *);
void	graph_dot_end(struct buf *);

/* A whole SVG 1.1 file of the sequences of the list, one below the other. */
void	graph_svg(struct buf *, const struct item *const *, size_t n);

#endif
