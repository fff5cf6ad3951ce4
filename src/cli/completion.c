/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * completion.c - what could stand in place of a word that is being typed.
 *
 * The rows that --help shows are asked: which options there are, and by the
 * name of its argument, what one wants. What comes before the word is read as
 * getopt_long(3) would read it, and what makes no sense is passed over.
 */
#include <string.h>

#include "base/map.h"
#include "bsm/token.h"
#include "cli/completion.h"
#include "select/criteria.h"

/* What is being completed. */
struct asked {
	const struct cli_usage	*usage;
	struct slice		 word;	/* all of it */
	struct slice		 tail;	/* the part that is looked up */
	struct buf		*out;
};

/* The first line: what fits in place of the tail, and what stands before it. */
static void
answer(struct asked *a, const char *what)
{
	buf_printf(a->out, "%s\t", what);
	buf_escape(a->out, (struct slice){ a->word.p,
	    a->word.n - a->tail.n });
	buf_char(a->out, '\n');
}

/* Offer a word in place of the tail, if that is how it begins. */
static void
offer(struct asked *a, struct slice known, const char *meaning)
{
	if (!slice_has_prefix(known, a->tail))
		return;
	buf_escape(a->out, (struct slice){ a->word.p,
	    a->word.n - a->tail.n });
	buf_escape(a->out, known);
	if (meaning != NULL && meaning[0] != '\0') {
		buf_char(a->out, '\t');
		buf_escape(a->out, slice_str(meaning));
	}
	buf_char(a->out, '\n');
}

/* Pass over N bytes of the tail. */
static void
pass(struct asked *a, size_t n)
{
	a->tail.p += n;
	a->tail.n -= n;
}

/* Of a list divided by commas only the last item is completed. */
static void
pass_items(struct asked *a)
{
	size_t	 n = a->tail.n;

	while (n > 0 && a->tail.p[n - 1] != ',')
		n--;
	pass(a, n);
}

/* ----------------------------------------------------- names from elsewhere */

static const struct cli_shared	no_options = { 0 };

/* Most names are in the tables of several dialects. */
static void
offer_once(struct asked *a, struct map *seen, const char *name,
    const char *meaning)
{
	if (map_find(seen, slice_str(name)) != NULL)
		return;
	(void)map_put(seen, slice_str(name), seen);
	offer(a, slice_str(name), meaning);
}

static void
offer_events(struct asked *a)
{
	struct names	*names = cli_names(&no_options);
	struct map	*seen = map_new();
	size_t		 n;

	for (int d = 0; d < DIALECTS; d++) {
		const struct event_name	*e = names_events(names,
		    (enum dialect)d, &n);

		for (size_t i = 0; i < n; i++)
			offer_once(a, seen, e[i].name, e[i].text);
	}
	map_free(seen);
	names_free(names);
}

/* Flags: classes, before each of which may stand +, - or ^. */
static void
offer_classes(struct asked *a)
{
	struct names	*names = cli_names(&no_options);
	struct map	*seen = map_new();
	size_t		 n;

	pass_items(a);
	while (a->tail.n > 0 && strchr("+-^", a->tail.p[0]) != NULL)
		pass(a, 1);
	for (int d = 0; d < DIALECTS; d++) {
		const struct class_name	*c = names_classes(names,
		    (enum dialect)d, &n);

		for (size_t i = 0; i < n; i++)
			offer_once(a, seen, c[i].name, c[i].text);
	}
	map_free(seen);
	names_free(names);
}

/* The time, and the fields of the token table. */
static void
offer_columns(struct asked *a)
{
	struct map		*seen = map_new();
	size_t			 n;
	const struct layout	*all = token_layouts(&n);

	pass_items(a);
	offer_once(a, seen, "time", "of the record");
	for (size_t i = 0; i < n; i++)
		for (const struct field *f = all[i].fields; f->name != NULL;
		    f++)
			offer_once(a, seen, f->name, NULL);
	map_free(seen);
}

/* The kind of an object. */
static void
offer_objects(struct asked *a)
{
	struct buf	 known = { 0 }, kind = { 0 };

	criteria_objects(&known);
	buf_str(&known, ", path, ");
	for (size_t i = 0; i < known.n; i++) {
		if (known.p[i] != ',') {
			buf_char(&kind, (char)known.p[i]);
			continue;
		}
		buf_char(&kind, '=');
		offer(a, buf_bytes(&kind), NULL);
		buf_clear(&kind);
		i++;				/* the blank */
	}
	buf_fini(&kind);
	buf_fini(&known);
}

/* Behind the kind of an object: the shell knows paths, and nobody the rest. */
static void
answer_object(struct asked *a, const uint8_t *equals)
{
	const struct slice	 kind = { a->tail.p,
	    (size_t)(equals - a->tail.p) };

	pass(a, kind.n + 1);
	answer(a, criteria_object(kind) == CRIT_FILE ? "files" : "nothing");
}

/* --------------------------------------------------------------- arguments */

/* What the names of arguments mean; those that are not here mean anything. */
static const struct {
	const char	*arg;
	const char	*answer;
	void		(*offer)(struct asked *);
} kinds[] = {
	{ "DIR", "directories", NULL },
	{ "PLACE", "directories", NULL },
	{ "FILE", "files", NULL },
	{ "SOURCE", "files", NULL },
	{ "USER", "users", NULL },
	{ "GROUP", "groups", NULL },
	{ "EVENT", "words", offer_events },
	{ "FLAGS", "open", offer_classes },
	{ "LIST", "open", offer_columns },
	{ "KIND=VALUE", "open", offer_objects },
};

static void
answer_words(struct asked *a, const char *list)
{
	struct slice	 word;

	answer(a, "words");
	while (cli_word(&list, &word))
		offer(a, word, NULL);
}

/* An argument, which is the tail of the word. */
static void
answer_argument(struct asked *a, const char *arg)
{
	const uint8_t	*equals = memchr(a->tail.p, '=', a->tail.n);

	if (strchr(arg, '|') != NULL) {
		answer_words(a, arg);
		return;
	}
	if (equals != NULL && strcmp(arg, "KIND=VALUE") == 0) {
		answer_object(a, equals);
		return;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].arg, arg) != 0)
			continue;
		answer(a, kinds[i].answer);
		if (kinds[i].offer != NULL)
			kinds[i].offer(a);
		return;
	}
	answer(a, "nothing");
}

/* ----------------------------------------------------------------- options */

static void
answer_options(struct asked *a)
{
	const struct cli_option	*o;
	struct buf		 name = { 0 };

	answer(a, "words");
	for (size_t i = 0; (o = cli_option_at(a->usage, i)) != NULL; i++) {
		buf_clear(&name);
		buf_printf(&name, "--%s", o->name);
		offer(a, buf_bytes(&name), o->help);
		if (o->letter >= CLI_LONG)
			continue;
		buf_clear(&name);
		buf_printf(&name, "-%c", o->letter);
		offer(a, buf_bytes(&name), o->help);
	}
	buf_fini(&name);
}

/* The option of this name, or the first that begins so. */
static const struct cli_option *
long_option(const struct cli_usage *u, struct slice name)
{
	const struct cli_option	*o, *begins = NULL;

	for (size_t i = 0; (o = cli_option_at(u, i)) != NULL; i++) {
		if (slice_is(name, o->name))
			return o;
		if (begins == NULL && slice_has_prefix(slice_str(o->name),
		    name))
			begins = o;
	}
	return begins;
}

static const struct cli_option *
letter_option(const struct cli_usage *u, char letter)
{
	const struct cli_option	*o;

	for (size_t i = 0; (o = cli_option_at(u, i)) != NULL; i++)
		if (o->letter == letter)
			return o;
	return NULL;
}

/*
 * The option in this word that takes an argument, or NULL. *VALUE is where the
 * argument begins in the word; NULL when it is the next word.
 */
static const struct cli_option *
option_with_argument(const struct cli_usage *u, const char *word,
    const char **value)
{
	const struct cli_option	*o;

	*value = NULL;
	if (strncmp(word, "--", 2) == 0) {
		const size_t	 n = strcspn(word + 2, "=");

		if (word[2 + n] == '=')
			*value = word + 2 + n + 1;
		o = long_option(u, (struct slice){ (const uint8_t *)word + 2,
		    n });
		return o == NULL || o->arg == NULL ||
		    (o->arg[0] == '[' && *value == NULL) ? NULL : o;
	}
	for (word++; *word != '\0'; word++) {
		if ((o = letter_option(u, *word)) == NULL || o->arg == NULL)
			continue;
		if (word[1] != '\0')
			*value = word + 1;
		return o;
	}
	return NULL;
}

static void
answer_commands(struct asked *a, const struct command *const *c)
{
	answer(a, "words");
	for (; *c != NULL; c++)
		offer(a, slice_str((*c)->name), (*c)->summary);
}

/* The last word: an argument of the option O, if that is not NULL. */
static void
answer_word(struct asked *a, const struct cli_option *o, bool operands)
{
	const char	*word = (const char *)a->word.p, *value = word;

	if (o == NULL && (operands || word[0] != '-')) {
		answer(a, a->usage->args[0] == '\0' ? "nothing" : "files");
		return;
	}
	if (o == NULL)
		o = option_with_argument(a->usage, word, &value);
	if (o == NULL || value == NULL) {
		answer_options(a);
		return;
	}
	pass(a, (size_t)(value - word));
	answer_argument(a, o->arg);
}

/* The command that the words begin with, which is passed over. */
static const struct cli_usage *
command_of(const struct command *const *commands, const char *const **words)
{
	for (const struct command *const *c = commands; *c != NULL; c++)
		if (strcmp((*words)[0], (*c)->name) == 0) {
			++*words;
			return (*c)->usage;
		}
	return commands[0]->usage;	/* watch, also without that word */
}

void
completion_answer(const struct command *const *commands,
    const struct command *link, const char *const *words, struct buf *out)
{
	static const char *const	 none[] = { "", NULL };
	const struct cli_option		*o = NULL;
	struct asked			 a = { .out = out };
	const char			*value;
	bool				 operands = false;
	const bool			 first = words[0] == NULL ||
	    words[1] == NULL;

	if (words[0] == NULL)
		words = none;
	a.usage = link != NULL ? link->usage : first ? commands[0]->usage :
	    command_of(commands, &words);
	for (; words[1] != NULL; words++) {
		if (o != NULL) {		/* this is its argument */
			o = NULL;
			continue;
		}
		operands |= strcmp(words[0], "--") == 0;
		if (operands || words[0][0] != '-')
			continue;
		o = option_with_argument(a.usage, words[0], &value);
		if (value != NULL)
			o = NULL;
	}
	a.word = a.tail = slice_str(words[0]);
	if (first && link == NULL && words[0][0] != '-')
		answer_commands(&a, commands);
	else
		answer_word(&a, o, operands);
}
