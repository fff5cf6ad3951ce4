/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * errand.c - a trigger that is to be run, as bytes for another process.
 *
 *	rules, number, auid, euid	4 bytes each
 *	of an alert		1 byte
 *	id			16 bytes
 *	values			texts, in the order of the table below
 */
#include "run/errand.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bsm/status.h"
#include "run/roles.h"

/* Only an object may be missing: of a record without a path. */
static const struct {
	size_t	 at;
	bool	 optional;
} values[] = {
	{ offsetof(struct exec_values, subject), false },
	{ offsetof(struct exec_values, esubject), false },
	{ offsetof(struct exec_values, object), true },
	{ offsetof(struct exec_values, rule), false },
	{ offsetof(struct exec_values, priority), false },
	{ offsetof(struct exec_values, pid), false },
	{ offsetof(struct exec_values, session), false },
	{ offsetof(struct exec_values, address), false },
	{ offsetof(struct exec_values, zone), false },
	{ offsetof(struct exec_values, host), false },
	{ offsetof(struct exec_values, time), false },
	{ offsetof(struct exec_values, evidence), false },
	{ offsetof(struct exec_values, uid), false },
};
#define VALUES	(sizeof(values) / sizeof(values[0]))

static size_t
count(const struct program *p)
{
	size_t	 n = 0;

	for (size_t i = 0; i < p->nrules; i++)
		for (size_t k = 0; k < p->rules[i].nstates; k++)
			n += p->rules[i].states[k].trigger != NULL;
	return n;
}

void
errands_init(struct errands *e, const struct program *p)
{
	const size_t	 n = count(p);

	*e = (struct errands){ 0 };
	e->triggers = xcalloc(n + 1, sizeof(*e->triggers));
	e->rules = xcalloc(n + 1, sizeof(*e->rules));
	for (size_t i = 0; i < p->nrules; i++)
		for (size_t k = 0; k < p->rules[i].nstates; k++) {
			const struct rule	*r = &p->rules[i];

			if (r->states[k].trigger == NULL)
				continue;
			e->triggers[e->n] = r->states[k].trigger;
			e->rules[e->n++] = (struct alert_rule){
				.label = r->label, .file = r->file,
				.line = r->line, .priority = r->priority };
		}
}

void
errands_fini(struct errands *e)
{
	free(e->triggers);
	free(e->rules);
}

uint32_t
errands_find(const struct errands *e, const struct trigger *t)
{
	size_t	 i = 0;

	while (i < e->n && e->triggers[i] != t)
		i++;
	return (uint32_t)i;
}

bool
errand_put(struct buf *b, const struct errand *e)
{
	const size_t	 start = b->n;

	buf_u32(b, e->rules);
	buf_u32(b, e->number);
	buf_u32(b, e->auid);
	buf_u32(b, e->euid);
	buf_u8(b, e->of_alert);
	buf_put(b, e->id, sizeof(e->id));
	for (size_t i = 0; i < VALUES; i++)
		roles_text(b, *(const char *const *)(const void *)
		    ((const char *)&e->values + values[i].at));
	return b->n - start <= ERRAND_MAX;
}

bool
errand_take(struct errand *e, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };
	uint64_t	 flag;
	struct slice	 id;

	*e = (struct errand){ 0 };
	e->rules = (uint32_t)cursor_uint(&c, 4);
	e->number = (uint32_t)cursor_uint(&c, 4);
	e->auid = (uint32_t)cursor_uint(&c, 4);
	e->euid = (uint32_t)cursor_uint(&c, 4);
	flag = cursor_uint(&c, 1);
	e->of_alert = flag == 1;
	if (flag > 1)
		(void)cursor_fail(&c, BSM_ERANGE);
	id = cursor_take(&c, sizeof(e->id));
	if (id.n == sizeof(e->id))
		memcpy(e->id, id.p, id.n);
	for (size_t i = 0; i < VALUES; i++) {
		const char	*s = roles_take_text(&c);

		if (s == NULL && !values[i].optional)
			(void)cursor_fail(&c, BSM_ETRUNC);
		*(const char **)(void *)((char *)&e->values +
		    values[i].at) = s;
	}
	return roles_taken(&c);
}
