/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wanted.c - the options of `reduce` that say which records are wanted.
 *
 * What makes no sense is said with what is understood instead; nothing is read
 * or written then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "cli/wanted.h"
#include "run/loader.h"
#include "select/dates.h"

/* Letters whose argument goes to criteria_add(). */
static const struct {
	int		 letter;
	enum criterion	 criterion;
} by_letter[] = {
	{ 'c', CRIT_CLASS }, { 'm', CRIT_EVENT }, { 'u', CRIT_AUID },
	{ 'e', CRIT_EUID }, { 'r', CRIT_RUID }, { 'f', CRIT_EGID },
	{ 'g', CRIT_RGID }, { 'j', CRIT_PID }, { 's', CRIT_SESSION },
	{ 'z', CRIT_ZONE },
};

void
wanted_fini(struct wanted *w)
{
	free(w->given);
	w->given = NULL;
}

void
wanted_add(struct wanted *w, int letter, const char *text)
{
	w->given = mem_grow(w->given, &w->cap, w->ngiven + 1,
	    sizeof(*w->given));
	w->given[w->ngiven++] = (struct given){ letter, text };
}

bool
wanted_everything(const struct wanted *w)
{
	return w->ngiven == 0 && w->where == NULL && w->after == NULL &&
	    w->before == NULL && w->date == NULL && !w->invert;
}

static bool
bad_time(const struct cli_usage *usage, int letter, const char *text,
    struct buf *why)
{
	struct buf	 shown = { 0 };

	buf_escape(&shown, slice_str(text));
	(void)cli_usage_error(usage, "-%c '%s': %s; " DATES_FORMS
	    " are understood", letter, buf_cstr(&shown), buf_cstr(why));
	buf_fini(&shown);
	return false;
}

/* The end of the period: its last second. */
static bool
read_before(const struct wanted *w, const struct dates *dates, int64_t from,
    int64_t *until, struct buf *why)
{
	if (w->before[0] == '+') {
		if (!dates_length(w->before + 1, until, why))
			return false;
		*until += from - 1;
		return true;
	}
	if (!dates_parse(dates, w->before, until, why))
		return false;
	*until -= w->exclusive;
	return true;
}

static bool
add_times(struct criteria *c, const struct wanted *w,
    const struct cli_usage *usage, struct buf *why)
{
	const struct dates	 dates = { (int64_t)time(NULL), w->utc };
	int64_t			 from = INT64_MIN, until = INT64_MAX;

	if (w->date != NULL &&
	    !dates_day(&dates, w->date, &from, &until, why))
		return bad_time(usage, 'd', w->date, why);
	if (w->after != NULL && !dates_parse(&dates, w->after, &from, why))
		return bad_time(usage, 'a', w->after, why);
	if (w->before != NULL && !read_before(w, &dates, from, &until, why))
		return bad_time(usage, 'b', w->before, why);
	if (w->all)			/* but they had to make sense */
		return true;
	if (from != INT64_MIN)
		criteria_from(c, from);
	if (until != INT64_MAX)
		criteria_until(c, until);
	return true;
}

/* The kind in KIND=VALUE; *TEXT goes on with the value. */
static enum criterion
object_kind(const struct cli_usage *usage, const char **text)
{
	const char		*equals = strchr(*text, '=');
	const struct slice	 name = { (const uint8_t *)*text,
	    equals == NULL ? 0 : (size_t)(equals - *text) };
	enum criterion		 kind;
	struct buf		 known = { 0 };

	if (equals != NULL && (kind = criteria_object(name)) != CRIT_NONE) {
		*text = equals + 1;
		return kind;
	}
	criteria_objects(&known);
	(void)cli_usage_error(usage, "%s: KIND=VALUE is wanted, and KIND is "
	    "one of %s", equals == NULL ? "-o without a '='" :
	    "-o of an unknown kind", buf_cstr(&known));
	buf_fini(&known);
	return CRIT_NONE;
}

/* The event that may have been meant. */
static void
suggest_event(const struct names *names, const char *text, struct buf *why)
{
	struct nearest	 near;
	size_t		 n;

	nearest_init(&near, slice_str(text));
	for (int d = 0; d < DIALECTS; d++) {
		const struct event_name	*e = names_events(names,
		    (enum dialect)d, &n);

		for (size_t i = 0; i < n; i++)
			nearest_try(&near, slice_str(e[i].name));
	}
	if (near.best.n == 0)
		return;
	buf_str(why, "; did you mean '");
	buf_slice(why, near.best);
	buf_str(why, "'?");
}

/* Does a dialect before this one have the class? */
static bool
known_before(const struct names *names, int dialect, const char *class)
{
	for (int d = 0; d < dialect; d++)
		if (names_class_find(names, (enum dialect)d,
		    slice_str(class)) != NULL)
			return true;
	return false;
}

/* Classes have too short names to be taken for each other: all of them. */
static void
list_classes(const struct names *names, struct buf *why)
{
	const char	*before = "; there are ";
	size_t		 n;

	for (int d = 0; d < DIALECTS; d++) {
		const struct class_name	*all = names_classes(names,
		    (enum dialect)d, &n);

		for (size_t i = 0; i < n; i++) {
			if (known_before(names, d, all[i].name))
				continue;
			buf_str(why, before);
			buf_escape(why, slice_str(all[i].name));
			before = " ";
		}
	}
}

static bool
add_given(struct criteria *c, const struct names *names,
    const struct cli_usage *usage, const struct given *g)
{
	const char	*text = g->text;
	enum criterion	 which = CRIT_NONE;
	struct buf	 why = { 0 };

	if (g->letter == 'o' &&
	    (which = object_kind(usage, &text)) == CRIT_NONE)
		return false;
	for (size_t i = 0; i < sizeof(by_letter) / sizeof(by_letter[0]); i++)
		if (by_letter[i].letter == g->letter)
			which = by_letter[i].criterion;
	if (criteria_add(c, which, text, &why))
		return true;
	if (g->letter == 'm')
		suggest_event(names, text, &why);
	if (g->letter == 'c')
		list_classes(names, &why);
	(void)cli_usage_error(usage, "-%c: %s", g->letter, buf_cstr(&why));
	buf_fini(&why);
	return false;
}

/* The predicates of --where as a program; NULL after a report. */
static struct program *
make_where(const char *text, const struct names *names,
    const struct accounts *accounts)
{
	const struct rules_env	 env = loader_env(names, accounts);
	struct diags		*diags = diags_new();
	struct program		*p = rules_load_where(&env, "--where",
	    slice_str(text), diags);
	struct buf		 said = { 0 };

	diags_print(diags, &said);
	(void)fputs(buf_cstr(&said), stderr);	/* nobody else to be told */
	buf_fini(&said);
	diags_free(diags);
	return p;
}

struct criteria *
wanted_criteria(const struct wanted *w, const struct names *names,
    const struct accounts *accounts, const struct cli_usage *usage,
    struct program **where)
{
	struct criteria	*c = criteria_new(names, accounts);
	struct buf	 why = { 0 };
	bool		 good = add_times(c, w, usage, &why);

	*where = NULL;
	for (size_t i = 0; good && i < w->ngiven; i++)
		good = add_given(c, names, usage, &w->given[i]);
	if (good && w->where != NULL) {
		*where = make_where(w->where, names, accounts);
		good = *where != NULL;
	}
	buf_fini(&why);
	if (!good) {
		criteria_free(c);
		return NULL;
	}
	if (*where != NULL)
		criteria_where(c, *where);
	if (w->all)
		criteria_header(c);
	criteria_every(c, w->every);
	criteria_invert(c, w->invert);
	criteria_ids(c, w->ids);
	criteria_ready(c);
	return c;
}
