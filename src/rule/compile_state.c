/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile_state.c - states, blocks and predicates.
 *
 * Equal predicates are one, whatever rule they stand in, so that they are asked
 * once for each record. `new` is the exception: what a state has seen is its
 * own. Those of a state are in order of what they cost; behind them what is
 * new, which has to be asked when all else holds, and last those that look at
 * variables.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "rule/compiler.h"
#include "rule/fields.h"
#include "rule/literal.h"

/* A growing list of predicates by their numbers. */
struct numbers {
	uint32_t	*list;
	size_t		 n, cap;
};

void
compiler_want(struct compiler *c, enum rule_field field)
{
	if (field >= FIELD_PPID && field <= FIELD_LINEAGE)
		c->program->wants_processes = true;
}

static uint32_t
variable_find(const struct compiler *c, struct slice name)
{
	const struct rule	*rule = c->rule;
	const struct slice	 bare = { name.p + 1, name.n - 1 };
	uint32_t		 i = 0;

	while (i < rule->nvariables &&
	    !slice_is(bare, rule->variables[i].name))
		i++;
	return i;
}

/* What tells it from others, byte by byte. */
static void
put_block(struct buf *out, const struct state *s)
{
	buf_u8(out, (uint8_t)(s->never | s->any_event << 1 |
	    s->not_event << 2 | s->not_object << 3));
	buf_u8(out, (uint8_t)s->status);
	buf_u32(out, s->events);
	buf_u32(out, s->objects);
	buf_u64(out, s->npredicates);
	for (size_t i = 0; i < s->npredicates; i++)
		buf_u32(out, s->predicates[i]);
}

static void
put_predicate(struct buf *out, const struct predicate *p)
{
	buf_char(out, 'P');
	buf_u8(out, (uint8_t)p->kind);
	buf_u8(out, (uint8_t)p->field);
	buf_u8(out, (uint8_t)p->which);
	buf_u32(out, p->part);
	buf_u8(out, p->negated);
	buf_u8(out, (uint8_t)p->compare);
	buf_u64(out, p->number);
	buf_u32(out, p->set);
	buf_u8(out, (uint8_t)p->other);
	buf_u32(out, p->variable);
	buf_u32(out, p->position);
	buf_u16(out, p->from);
	buf_u16(out, p->until);
	if (p->argument != NULL)
		buf_str(out, p->argument);
	for (size_t i = 0; i < p->nblocks; i++)
		put_block(out, &p->blocks[i]);
}

/* The number of the predicate, or of one that is equal. */
static uint32_t
add_predicate(struct compiler *c, const struct predicate *p)
{
	struct program	*program = c->program;
	struct buf	 contents = { 0 };
	uint32_t	 index = (uint32_t)program->npredicates;
	bool		 known = false;

	if (p->kind != PRED_NEW) {
		put_predicate(&contents, p);
		known = compiler_is_known(c, buf_bytes(&contents), index,
		    &index);
		buf_fini(&contents);
	}
	if (known)
		return index;
	c->predicates = mem_grow(c->predicates, &c->predicate_cap,
	    program->npredicates + 1, sizeof(c->predicates[0]));
	c->predicates[program->npredicates++] = *p;
	compiler_want(c, p->field);
	compiler_want(c, p->other);
	return index;
}

static int
range_compare(const void *a, const void *b)
{
	const struct range	*x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

/* Numbers and ranges as a set of their own: sorted, apart. */
static uint32_t
compile_ranges(struct compiler *c, const struct predicate_node *t)
{
	struct range	*ranges = xcalloc(t->nwords, sizeof(ranges[0]));
	struct values	 values = { .ranges = ranges };
	struct set	 set = { .type = SET_PORT, .match = PROGRAM_NONE,
	    .values = &values };
	uint32_t	 index;

	for (size_t i = 0; i < t->nwords; i++)
		(void)literal_range(&t->words[i], UINT64_MAX, &ranges[i], NULL);
	qsort(ranges, t->nwords, sizeof(ranges[0]), range_compare);
	for (size_t i = 0; i < t->nwords; i++) {
		struct range	*last = &ranges[values.nranges];

		if (values.nranges == 0 || (ranges[i].low > last[-1].high &&
		    ranges[i].low - last[-1].high > 1)) {
			*last = ranges[i];
			values.nranges++;
		} else if (ranges[i].high > last[-1].high)
			last[-1].high = ranges[i].high;
	}
	index = compiler_match_set(c, &(struct ref_node){ .set = &set });
	free(ranges);
	return index;
}

static void	 compile_block(struct compiler *, const struct clause *,
		    struct state *);

static void
compile_either(struct compiler *c, const struct predicate_node *t,
    struct predicate *p)
{
	struct state	*blocks;
	size_t		 n = 0;

	for (const struct clause *b = t->blocks; b != NULL; b = b->next)
		n++;
	blocks = arena_array(c->arena, n, sizeof(blocks[0]));
	for (const struct clause *b = t->blocks; b != NULL; b = b->next) {
		struct state	*s = &blocks[p->nblocks++];

		compile_block(c, b->block, s);
		for (size_t i = 0; i < s->npredicates; i++)
			p->bound |= c->predicates[s->predicates[i]].bound;
	}
	p->blocks = blocks;
}

static void
compile_unseen(struct compiler *c, const struct predicate_node *t,
    struct predicate *p)
{
	enum rule_field	*by = arena_array(c->arena, t->nby, sizeof(by[0]));

	for (size_t i = 0; i < t->nby; i++) {
		by[i] = t->by[i].field;
		compiler_want(c, by[i]);
	}
	p->by = by;
	p->nby = t->nby;
	p->window_ms = (int64_t)t->window_s * 1000;
	p->learning_ms = (int64_t)(t->learning ? t->learning_s :
	    t->window_s) * 1000;
}

static uint32_t
compile_predicate(struct compiler *c, const struct clause *k)
{
	const struct predicate_node	*t = k->predicate;
	struct predicate		 p = {
		.kind = t->kind, .field = t->field, .which = t->which,
		.part = t->part, .negated = t->negated, .compare = t->compare,
		.set = PROGRAM_NONE, .other = t->other,
		.bound = t->kind == PRED_BOUND,
	};
	uint64_t			 position = 0;

	switch (t->kind) {
	case PRED_SET:
		p.set = compiler_match_set(c, k->ref);
		p.negated ^= k->ref->negated;
		break;
	case PRED_NUMBER:
		(void)literal_number(&t->operand, UINT64_MAX, &p.number, NULL);
		break;
	case PRED_RANGES:
		p.set = compile_ranges(c, t);
		break;
	case PRED_CLOCK:
		(void)literal_clock(&t->words[0], &p.from, &p.until, NULL);
		break;
	case PRED_DAY:
		for (size_t i = 0; i < t->nwords; i++)
			(void)literal_days(&t->words[i], &p.number, NULL);
		break;
	case PRED_BOUND:
		p.variable = variable_find(c, t->operand.text);
		break;
	case PRED_NEW:
		compile_unseen(c, t, &p);
		break;
	case PRED_EITHER:
		compile_either(c, t, &p);
		break;
	case PRED_FIELD:
	case PRED_NONE:
		break;
	}
	if (t->field == FIELD_ARGUMENT && t->argument.kind == LEX_NUMBER)
		(void)literal_number(&t->argument, UINT32_MAX, &position, NULL);
	else if (t->field == FIELD_ARGUMENT)
		p.argument = arena_str(c->arena, t->argument.text);
	p.position = (uint32_t)position;
	return k->predicate->number = add_predicate(c, &p);
}

/* A plain `object` of the types that only predicates know. */
static uint32_t
compile_object(struct compiler *c, const struct ref_node *ref)
{
	return add_predicate(c, &(struct predicate){
		.kind = PRED_SET, .field = FIELD_OBJECT, .which = WHICH_LAST,
		.part = PART_ALL, .negated = ref->negated, .other = FIELDS,
		.set = compiler_match_set(c, ref),
	});
}

/* What a look at a set costs, roughly. */
static unsigned
match_cost(enum match_type type)
{
	switch (type) {
	case MATCH_ID:
	case MATCH_RANGE:
	case MATCH_ERRNO:
		return 1;
	case MATCH_ADDRESS:
		return 2;
	case MATCH_EXACT:
	case MATCH_PREFIX:
	case MATCH_DIR:
		return 3;
	case MATCH_GLOB:
	case MATCH_TEXT:
		return 4;
	case MATCH_PCRE:
		return 5;
	}
	return 5;
}

static unsigned
predicate_cost(const struct compiler *c, const struct predicate *p)
{
	unsigned	cost = 0;

	switch (p->kind) {
	case PRED_NUMBER:
	case PRED_RANGES:
	case PRED_NONE:
	case PRED_FIELD:
		return 1;
	case PRED_CLOCK:
	case PRED_DAY:
		return 2;
	case PRED_SET:
		return match_cost(c->match_sets[p->set].type);
	case PRED_EITHER:
		cost = 6;
		break;
	case PRED_NEW:
		return 7;
	case PRED_BOUND:
		break;
	}
	return cost + (p->bound ? 8 : 0);
}

/* The list goes to the arena, sorted by cost, else as written. */
static void
settle_predicates(struct compiler *c, struct numbers *made,
    struct state *state)
{
	uint32_t	*sorted;
	size_t		 n = 0;
	unsigned	 highest = 0;

	if (made->n == 0)
		return;
	sorted = arena_array(c->arena, made->n, sizeof(sorted[0]));
	for (size_t i = 0; i < made->n; i++) {
		const unsigned	cost = predicate_cost(c,
		    &c->predicates[made->list[i]]);

		highest = cost > highest ? cost : highest;
	}
	for (unsigned cost = 0; cost <= highest; cost++)
		for (size_t i = 0; i < made->n; i++)
			if (predicate_cost(c, &c->predicates[made->list[i]]) ==
			    cost)
				sorted[n++] = made->list[i];
	state->predicates = sorted;
	state->npredicates = n;
	free(made->list);
}

/* What a block asks of one record. */
static void
compile_block(struct compiler *c, const struct clause *block,
    struct state *state)
{
	const struct clause	*k;
	struct numbers		 made = { 0 };

	*state = (struct state){
		.events = PROGRAM_NONE, .objects = PROGRAM_NONE,
		.multiplier = 1, .distinct = FIELDS, .window_ms = -1,
		.within_ms = -1, .absent_ms = -1,
	};
	k = clause_set(block, CLAUSE_EVENT, &state->any_event);
	if (state->any_event || k == NULL) {
		state->any_event = true;
		state->never = k != NULL && k->ref->negated;
	} else if (k->ref->set->type == SET_ALERTS) {
		c->waiting = mem_grow(c->waiting, &c->waiting_cap,
		    c->nwaiting + 1, sizeof(c->waiting[0]));
		c->waiting[c->nwaiting++] = (struct waiting){ state,
		    k->ref->set };
	} else {
		state->events = compiler_set(c, k->ref);
		/* Those of classes are negated already. */
		state->not_event = k->ref->negated &&
		    k->ref->set->type == SET_EVENTS;
	}
	if ((k = clause_last(block, CLAUSE_STATUS)) != NULL)
		state->status = k->word.key == KEY_SUCCESS ? STATUS_SUCCESS :
		    k->word.key == KEY_FAILURE ? STATUS_FAILURE : STATUS_ANY;
	k = clause_last(block, CLAUSE_OBJECT);
	if (k != NULL && (k->ref->set->type == SET_PATH ||
	    k->ref->set->type == SET_PCRE)) {
		state->objects = compiler_set(c, k->ref);
		state->not_object = k->ref->negated;
		k = NULL;
	}
	if (k != NULL) {
		made.list = mem_grow(NULL, &made.cap, 1, sizeof(made.list[0]));
		made.list[made.n++] = compile_object(c, k->ref);
	}
	for (k = block; k != NULL; k = k->next)
		if (k->kind == CLAUSE_PREDICATE) {
			const uint32_t	p = compile_predicate(c, k);

			made.list = mem_grow(made.list, &made.cap, made.n + 1,
			    sizeof(made.list[0]));
			made.list[made.n++] = p;
		}
	settle_predicates(c, &made, state);
}

static void
compile_binds(struct compiler *c, const struct clause *block,
    struct state *state)
{
	struct bind	*binds;
	size_t		 n = 0;

	for (const struct clause *k = block; k != NULL; k = k->next)
		n += k->kind == CLAUSE_BIND;
	if (n == 0)
		return;
	binds = arena_array(c->arena, n, sizeof(binds[0]));
	for (const struct clause *k = block; k != NULL; k = k->next) {
		if (k->kind != CLAUSE_BIND)
			continue;
		binds[state->nbinds++] = (struct bind){
			.variable = variable_find(c, k->bind->name.text),
			.field = k->bind->field.field, .part = k->bind->part,
			.which = k->bind->which,
		};
		compiler_want(c, k->bind->field.field);
	}
	state->binds = binds;
}

/* What a state has besides: counting, time, memory, and what it does. */
static void
compile_state(struct compiler *c, const struct clause *block,
    struct state *state)
{
	const struct clause	*k;

	compile_block(c, block, state);
	if ((k = clause_last(block, CLAUSE_MULTIPLIER)) != NULL) {
		if (lex_number(&k->word) > 1)
			state->multiplier = (uint32_t)lex_number(&k->word);
		if (k->count != NULL) {
			state->or_more = k->count->or_more;
			state->distinct = k->count->distinct;
			if (k->count->has_window)
				state->window_ms =
				    (int64_t)k->count->window_s * 1000;
		}
		if (state->distinct != FIELDS)
			compiler_want(c, state->distinct);
	}
	if ((k = clause_last(block, CLAUSE_WITHIN)) != NULL)
		state->within_ms = (int64_t)k->seconds * 1000;
	if ((k = clause_last(block, CLAUSE_ABSENT)) != NULL)
		state->absent_ms = (int64_t)k->seconds * 1000;
	if ((k = clause_last(block, CLAUSE_TRIGGER)) != NULL)
		state->trigger = k->trigger;
	compile_binds(c, block, state);
}

/* The blocks of a kind, each as a state of which predicates count. */
static const struct state *
compile_blocks(struct compiler *c, const struct item *item,
    enum clause_kind kind, size_t *n)
{
	struct state	*blocks;

	*n = 0;
	if (!item_has(item, kind))
		return NULL;
	for (const struct clause *k = item->clauses; k != NULL; k = k->next)
		*n += k->kind == kind;
	blocks = arena_array(c->arena, *n, sizeof(blocks[0]));
	*n = 0;
	for (const struct clause *k = item->clauses; k != NULL; k = k->next)
		if (k->kind == kind && kind == CLAUSE_STATE)
			compile_state(c, k->block, &blocks[(*n)++]);
		else if (k->kind == kind)
			compile_block(c, k->block, &blocks[(*n)++]);
	return blocks;
}

static void
add_variable(struct compiler *c, struct variable **list,
    const struct bind_node *bind, uint32_t state)
{
	const struct slice	name = bind->name.text;

	if (*list == NULL)
		*list = arena_array(c->arena, VARIABLES_MAX,
		    sizeof((*list)[0]));
	(*list)[c->rule->nvariables++] = (struct variable){
		arena_str(c->arena, (struct slice){ name.p + 1, name.n - 1 }),
		field_rows[bind->field.field].kind, state
	};
}

/* Variables in the order in which states bind them. */
static void
compile_variables(struct compiler *c, const struct item *item)
{
	struct variable	*list = NULL;
	uint32_t	 state = 0;

	for (const struct clause *k = item->clauses; k != NULL; k = k->next) {
		if (k->kind != CLAUSE_STATE)
			continue;
		for (const struct clause *b = k->block; b != NULL; b = b->next)
			if (b->kind == CLAUSE_BIND)
				add_variable(c, &list, b->bind, state);
		state++;
	}
	c->rule->variables = list;
}

void
compiler_states(struct compiler *c, const struct item *item)
{
	struct rule	*rule = c->rule;

	compile_variables(c, item);
	rule->states = compile_blocks(c, item, CLAUSE_STATE, &rule->nstates);
	rule->cancels = compile_blocks(c, item, CLAUSE_CANCEL,
	    &rule->ncancels);
	rule->excepts = compile_blocks(c, item, CLAUSE_EXCEPT,
	    &rule->nexcepts);
}
