/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_alert.c - who waits for whose alert.
 *
 * A name means every sequence of that label, wherever it is defined, so this
 * comes last. Labels are the nodes of a graph: two sequences of one label wait
 * for themselves if either waits for the label. Whatever waits for nothing, or
 * for what has been taken away, is taken away; what stays hangs on a loop. No
 * recursion, and work in proportion to names.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "rule/checker.h"

#define ALERTS_MAX	1000u		/* that a state waits for */
#define NOWHERE		SIZE_MAX

/* A label waits for another one. */
struct edge {
	size_t			 from, to;
	const struct clause	*event;		/* where it says so */
	size_t			 same_from, same_to; /* next edge; or NOWHERE */
};

struct node {
	struct slice	 label;
	size_t		 out, in;	/* the first edge; or NOWHERE */
	size_t		 left;		/* edges out that stay */
	bool		 gone;
	size_t		 walk;		/* by which it was reached */
};

struct graph {
	struct node	*nodes;
	size_t		 n;
	struct edge	*edges;
	size_t		 nedges, cap;
};

void
checker_await(struct checker *c, const struct clause *event)
{
	c->awaits = mem_grow(c->awaits, &c->awaits_cap, c->nawaits + 1,
	    sizeof(c->awaits[0]));
	c->awaits[c->nawaits++] = (struct await){ c->item, event };
}

/* Where a name stands in the set that was written; or the set. */
static struct span
name_at(const struct ref_node *ref, struct slice name)
{
	for (const struct entry_node *e = ref->body == NULL ? NULL :
	    ref->body->entries; e != NULL; e = e->next)
		if (e->kind != ENTRY_SET && slice_eq(e->word.text, name))
			return e->word.at;
	return ref->body != NULL ? ref->body->type.at : ref->name.at;
}

static void
unknown_label(struct checker *c, const struct ref_node *ref,
    struct slice name)
{
	struct nearest	near;
	struct slice	known;

	nearest_init(&near, name);
	for (size_t i = 0; i < map_count(c->labels) && diags_wants(c->diags);
	    i++) {
		(void)map_at(c->labels, i, &known);
		nearest_try(&near, known);
	}
	diag_unknown_near(c->diags, DIAG_ALERT_UNKNOWN, name_at(ref, name),
	    &near);
}

static void
add_edge(struct graph *g, size_t from, size_t to, const struct clause *event)
{
	struct edge	*e;

	g->edges = mem_grow(g->edges, &g->cap, g->nedges + 1,
	    sizeof(g->edges[0]));
	e = &g->edges[g->nedges];
	*e = (struct edge){
		.from = from, .to = to, .event = event,
		.same_from = g->nodes[from].out, .same_to = g->nodes[to].in,
	};
	g->nodes[from].out = g->nodes[to].in = g->nedges++;
	g->nodes[from].left++;
}

static int
compare_rules(const void *a, const void *b)
{
	const uint32_t	x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The rules that a set of labels stands for; all labels are known. */
static void
find_rules(struct checker *c, const struct clause *event)
{
	struct set	*set = event->ref->set;
	uint32_t	*rules;
	bool		 enabled = false;

	if (set->alerts != NULL)
		return;
	for (size_t i = 0; i < set->nwords; i++) {
		const struct label	*label = map_find(c->labels,
		    set->words[i]);

		if (label->n > ALERTS_MAX - set->nalerts) {
			checker_error(c, DIAG_ALERT_MANY, event->at,
			    DIAG_NOTHING);
			return;
		}
		set->nalerts += label->n;
	}
	rules = arena_array(c->keep, set->nalerts, sizeof(rules[0]));
	set->alerts = rules;
	for (size_t i = 0; i < set->nwords; i++) {
		const struct label	*label = map_find(c->labels,
		    set->words[i]);

		for (const struct same *s = &label->all; s != NULL;
		    s = s->next) {
			*rules++ = s->item->number;
			enabled |= s->item->enabled;
		}
	}
	qsort(rules - set->nalerts, set->nalerts, sizeof(rules[0]),
	    compare_rules);
	if (!enabled)
		checker_warn(c, DIAG_STATE_NEVER, event->at, DIAG_NOTHING);
}

/* The names of one state that waits. */
static void
add_await(struct checker *c, struct graph *g, const struct await *a)
{
	const struct ref_node	*ref = a->event->ref;
	const struct label	*own = map_find(c->labels, a->item->name.text);
	bool			 known = true;

	for (size_t i = 0; i < ref->set->nwords; i++) {
		const struct label	*label = map_find(c->labels,
		    ref->set->words[i]);

		if (label != NULL) {
			add_edge(g, own->number, label->number, a->event);
			continue;
		}
		unknown_label(c, ref, ref->set->words[i]);
		known = false;
	}
	if (known)
		find_rules(c, a->event);
}

/* Take away what waits for nothing that stays. */
static void
prune(struct graph *g)
{
	size_t	*gone = xcalloc(g->n + 1, sizeof(gone[0])), n = 0;

	for (size_t i = 0; i < g->n; i++)
		if (g->nodes[i].left == 0)
			gone[n++] = i;
	while (n > 0) {
		const size_t	node = gone[--n];

		g->nodes[node].gone = true;
		for (size_t e = g->nodes[node].in; e != NOWHERE;
		    e = g->edges[e].same_to)
			if (--g->nodes[g->edges[e].from].left == 0)
				gone[n++] = g->edges[e].from;
	}
	free(gone);
}

/* An edge out of a node that stays, to another such node. */
static const struct edge *
way_on(const struct graph *g, size_t node)
{
	size_t	e = g->nodes[node].out;

	while (g->nodes[g->edges[e].to].gone)
		e = g->edges[e].same_from;
	return &g->edges[e];
}

static void
report_loop(struct checker *c, const struct graph *g, size_t start)
{
	struct buf	text = { 0 };
	size_t		node = start;

	buf_slice(&text, g->nodes[start].label);
	do {
		node = way_on(g, node)->to;
		buf_str(&text, ", ");
		buf_slice(&text, g->nodes[node].label);
	} while (node != start);
	checker_error(c, DIAG_ALERT_LOOP, way_on(g, start)->event->at,
	    buf_bytes(&text));
	buf_fini(&text);
}

/* From each node that stays go on until one is met again. */
static void
find_loops(struct checker *c, struct graph *g)
{
	for (size_t i = 0; i < g->n; i++) {
		size_t	node = i;

		if (g->nodes[i].gone)
			continue;
		while (g->nodes[node].walk == 0) {
			g->nodes[node].walk = i + 1;
			node = way_on(g, node)->to;
		}
		if (g->nodes[node].walk == i + 1)
			report_loop(c, g, node);
	}
}

void
checker_alerts(struct checker *c)
{
	struct graph	g = { .n = map_count(c->labels) };

	if (c->nawaits == 0)
		return;
	g.nodes = xcalloc(g.n, sizeof(g.nodes[0]));
	for (size_t i = 0; i < g.n; i++) {
		(void)map_at(c->labels, i, &g.nodes[i].label);
		g.nodes[i].out = g.nodes[i].in = NOWHERE;
	}
	for (size_t i = 0; i < c->nawaits; i++)
		add_await(c, &g, &c->awaits[i]);
	prune(&g);
	find_loops(c, &g);
	free(g.nodes);
	free(g.edges);
}
