/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * texts.c - is one of many strings somewhere in a text?
 *
 * The strings are a trie, its nodes numbered level by level; each node knows
 * the node of the longest end of what led to it that is itself a beginning of
 * some string. A text is read once: with each byte down an edge, and where
 * there is none, from that other node on. Since strings are sorted before, the
 * edges of a node lie side by side and ascend; the root has one for every byte.
 */
#include "base/texts.h"

#include <stdlib.h>

#include "base/mem.h"

struct node {
	uint32_t	 first;		/* edge; also those of the strings
					 * that pass here, while building */
	uint16_t	 edges;
	bool		 ends;		/* a string ends here, or further up */
	uint32_t	 other;		/* where to go on without an edge */
	uint32_t	 last;		/* string, while building */
};

struct texts {
	bool		 always;	/* the empty string is one of them */
	struct node	*nodes;
	size_t		 nnodes, nodes_cap;
	uint8_t		*bytes;		/* of each edge; edge I leads to node
					 * I + 1 */
	size_t		 bytes_cap;
	uint32_t	 root[256];	/* 0: stays there */
};

static int
by_bytes(const void *va, const void *vb)
{
	const struct slice	*a = va, *b = vb;
	const size_t		 n = a->n < b->n ? a->n : b->n;
	const int		 c = n == 0 ? 0 : memcmp(a->p, b->p, n);

	return c != 0 ? c : a->n < b->n ? -1 : a->n > b->n;
}

/* The edges of a node DEPTH bytes down, and the nodes below them. */
static void
add_edges(struct texts *s, uint32_t node, const struct slice *all,
    size_t depth)
{
	uint32_t	 i = s->nodes[node].first;
	const uint32_t	 end = s->nodes[node].last;

	s->nodes[node].first = (uint32_t)(s->nnodes - 1);
	while (i < end && all[i].n == depth) {	/* equal ones, too */
		s->nodes[node].ends = true;
		i++;
	}
	while (i < end) {
		const uint8_t	 byte = all[i].p[depth];
		const uint32_t	 first = i;

		while (i < end && all[i].p[depth] == byte)
			i++;
		s->nodes = mem_grow(s->nodes, &s->nodes_cap, s->nnodes + 1,
		    sizeof(*s->nodes));
		s->bytes = mem_grow(s->bytes, &s->bytes_cap, s->nnodes, 1);
		s->bytes[s->nnodes - 1] = byte;
		s->nodes[s->nnodes++] = (struct node){ .first = first,
		    .last = i };
		s->nodes[node].edges++;
	}
}

/* The node below NODE by this byte; 0 when there is none. */
static uint32_t
edge(const struct texts *s, uint32_t node, uint8_t byte)
{
	const struct node	*n = &s->nodes[node];
	uint32_t		 from = n->first, to = n->first + n->edges;

	if (node == 0)
		return s->root[byte];
	while (from < to) {
		const uint32_t	 middle = from + (to - from) / 2;

		if (s->bytes[middle] == byte)
			return middle + 1;
		if (s->bytes[middle] < byte)
			from = middle + 1;
		else
			to = middle;
	}
	return 0;
}

static uint32_t
go(const struct texts *s, uint32_t node, uint8_t byte)
{
	uint32_t	 next;

	while ((next = edge(s, node, byte)) == 0 && node != 0)
		node = s->nodes[node].other;
	return next;
}

/* Level by level, so that the other node of each node's parent is known. */
static void
link_others(struct texts *s)
{
	for (uint32_t n = 0; n < s->nnodes; n++) {
		const struct node	*from = &s->nodes[n];

		for (uint32_t e = from->first; e < from->first + from->edges;
		    e++) {
			struct node	*to = &s->nodes[e + 1];

			if (n != 0)
				to->other = go(s, from->other, s->bytes[e]);
			if (s->nodes[to->other].ends)
				to->ends = true;
		}
	}
}

struct texts *
texts_new(const struct slice *strings, size_t n)
{
	struct texts	*s = xcalloc(1, sizeof(*s));
	struct slice	*all = xreallocarray(NULL, n, sizeof(*all));
	uint32_t	 level = 0;

	if (n > 0)
		memcpy(all, strings, n * sizeof(*all));
	qsort(all, n, sizeof(*all), by_bytes);
	s->nodes = mem_grow(NULL, &s->nodes_cap, 1, sizeof(*s->nodes));
	s->nodes[0] = (struct node){ .last = (uint32_t)n };
	s->nnodes = 1;
	for (size_t depth = 0; level < s->nnodes; depth++) {
		const uint32_t	 below = (uint32_t)s->nnodes;

		for (; level < below; level++)
			add_edges(s, level, all, depth);
	}
	for (uint32_t e = 0; e < s->nodes[0].edges; e++)
		s->root[s->bytes[e]] = e + 1;
	s->always = s->nodes[0].ends;
	link_others(s);
	free(all);
	return s;
}

void
texts_free(struct texts *s)
{
	if (s == NULL)
		return;
	free(s->nodes);
	free(s->bytes);
	free(s);
}

bool
texts_in(const struct texts *s, struct slice text)
{
	uint32_t	 node = 0;

	for (size_t i = 0; !s->always && i < text.n; i++) {
		node = node == 0 ? s->root[text.p[i]] : go(s, node, text.p[i]);
		if (s->nodes[node].ends)
			return true;
	}
	return s->always;
}
