/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_outline.c - of a program, what the parent has to know; and all that
 * somebody could tell it instead.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/mem.h"
#include "rule/rules.h"
#include "run/errand.h"
#include "run/outline.h"

#define TOLD_MAX	64u

/* Messages, each in a block of exactly its length. */
struct told {
	struct message	 m[TOLD_MAX];
	size_t		 n;
};

static void
on_told(void *arg, uint32_t type, const struct buf *b)
{
	struct told	*t = arg;

	assert_in_range(t->n, 0, TOLD_MAX - 1);
	t->m[t->n++] = (struct message){ .type = type, .fd = -1,
		.bytes = { xmemdup(b->p, b->n), b->n } };
}

static void
forget(struct told *t)
{
	for (size_t i = 0; i < t->n; i++)
		free((void *)(uintptr_t)t->m[i].bytes.p);
	t->n = 0;
}

static const char	text[] =
	"logfile \"apart.log\";\n"
	"log-channel here <syslog> { priority auth.err; };\n"
	"log-channel there <bsm> { directory \"/var/evidence\"; };\n"
	"sequence quiet { subject any; state { event any; status any; }; };\n"
	"sequence loud {\n"
	"	subject any;\n"
	"	priority 7;\n"
	"	timeout none;\n"
	"	log here;\n"
	"	state { event any; status any; };\n"
	"	state { event any; status any;\n"
	"	    trigger \"/bin/a $rule '' x$object\"; };\n"
	"	state { event any; status any; trigger \"/bin/b\"; };\n"
	"};\n"
	"sequence last {\n"
	"	subject any;\n"
	"	state { event any; status any; trigger \"/bin/c $uid\"; };\n"
	"};\n";

static int
load(void *arg, const char *path, struct buf *out)
{
	(void)path;
	buf_str(out, arg);
	return 0;
}

static struct program *
read_text(const char *rules)
{
	struct names		*names = names_new();
	const struct rules_env	 env = { .names = names, .load = load,
		.arg = (void *)(uintptr_t)rules };
	struct diags		*diags = diags_new();
	struct program		*p = rules_load(&env, "a.conf", diags);
	struct buf		 why = { 0 };

	diags_print(diags, &why);
	if (p == NULL)
		fail_msg("%s", buf_cstr(&why));
	buf_fini(&why);
	diags_free(diags);
	names_free(names);
	return p;
}

static struct program *
take_all(const struct told *t)
{
	struct outline	*o = outline_new();

	for (size_t i = 0; i < t->n; i++)
		assert_true(outline_take(o, &t->m[i]));
	return outline_end(o);
}

static void
same_trigger(const struct trigger *a, const struct trigger *b)
{
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		assert_int_equal(a->words[i].n, b->words[i].n);
		for (size_t k = 0; k < a->words[i].n; k++) {
			const struct piece *x = &a->words[i].pieces[k];
			const struct piece *y = &b->words[i].pieces[k];

			assert_int_equal(x->kind, y->kind);
			if (x->kind == PIECE_TEXT)
				assert_string_equal(x->text, y->text);
			else
				assert_int_equal(x->variable, y->variable);
		}
	}
}

static void
triggers_have_the_numbers_they_had(void **state)
{
	struct program	*p = read_text(text), *q;
	struct told	 told = { 0 };
	struct errands	 a, b;

	(void)state;
	assert_null(outline_tell(p, on_told, &told));
	q = take_all(&told);
	errands_init(&a, p);
	errands_init(&b, q);
	assert_int_equal(a.n, 3);
	assert_int_equal(b.n, 3);
	for (size_t i = 0; i < a.n; i++) {
		same_trigger(a.triggers[i], b.triggers[i]);
		assert_string_equal(a.rules[i].label, b.rules[i].label);
		assert_string_equal(a.rules[i].file, b.rules[i].file);
		assert_int_equal(a.rules[i].line, b.rules[i].line);
		assert_int_equal(a.rules[i].priority, b.rules[i].priority);
	}
	errands_fini(&a);
	errands_fini(&b);
	program_free(p);
	program_free(q);
	forget(&told);
}

static void
log_files_and_channels_come_as_they_were(void **state)
{
	struct program	*p = read_text(text), *q;
	struct told	 told = { 0 };

	(void)state;
	assert_null(outline_tell(p, on_told, &told));
	q = take_all(&told);
	assert_int_equal(q->nlogfiles, 1);
	assert_string_equal(q->logfiles[0], "apart.log");
	assert_int_equal(q->nchannels, 2);
	assert_int_equal(q->channels[0].type, CHANNEL_SYSLOG);
	assert_int_equal(q->channels[0].priority, LOG_AUTH | LOG_ERR);
	assert_string_equal(q->channels[0].name, "here");
	assert_null(q->channels[0].directory);
	assert_int_equal(q->channels[1].type, CHANNEL_BSM);
	assert_string_equal(q->channels[1].directory, "/var/evidence");
	assert_int_equal(q->nrules, 2);		/* one speaks to nobody */
	assert_int_equal(q->rules[0].nchannels, 1);
	assert_int_equal(q->rules[0].channels[0], 0);
	assert_int_equal(q->rules[1].nchannels, 0);
	program_free(p);
	program_free(q);
	forget(&told);
}

/* Whatever is missing, in whichever message: no overread, and no program. */
static void
message_cut_short_is_refused(void **state)
{
	struct program	*p = read_text(text);
	struct told	 told = { 0 };

	(void)state;
	assert_null(outline_tell(p, on_told, &told));
	for (size_t i = 0; i < told.n; i++)
		for (size_t n = 0; n < told.m[i].bytes.n; n++) {
			struct outline	*o = outline_new();
			uint8_t		*cut = xmemdup(told.m[i].bytes.p, n);
			struct message	 m = told.m[i];

			for (size_t k = 0; k < i; k++)
				assert_true(outline_take(o, &told.m[k]));
			m.bytes = (struct slice){ cut, n };
			assert_false(outline_take(o, &m));
			outline_free(o);
			free(cut);
		}
	program_free(p);
	forget(&told);
}

static void
trigger_that_is_missing_is_seen_at_the_end(void **state)
{
	struct program	*p = read_text(text);
	struct told	 told = { 0 };

	(void)state;
	assert_null(outline_tell(p, on_told, &told));
	free((void *)(uintptr_t)told.m[--told.n].bytes.p);
	assert_null(take_all(&told));
	program_free(p);
	forget(&told);
}

/* Alone, behind nothing: is it taken? The buffer is emptied. */
static bool
taken(uint32_t type, struct buf *b)
{
	struct outline		*o = outline_new();
	uint8_t			*bytes = xmemdup(b->p, b->n);
	const struct message	 m = { type, { bytes, b->n }, -1 };
	const bool		 good = outline_take(o, &m);

	outline_free(o);
	free(bytes);
	buf_clear(b);
	return good;
}

static bool
logfile_taken(const char *name)
{
	struct buf	 b = { 0 };
	bool		 good;

	roles_text(&b, name);
	good = taken(ROLES_LOG_FILE, &b);
	buf_fini(&b);
	return good;
}

static void
log_file_lies_in_its_directory(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	assert_true(logfile_taken("a.log"));
	assert_true(logfile_taken("..log"));
	assert_false(logfile_taken(""));
	assert_false(logfile_taken("."));
	assert_false(logfile_taken(".."));
	assert_false(logfile_taken("../a.log"));
	assert_false(logfile_taken("/etc/crontab"));
	assert_false(logfile_taken(NULL));
	for (unsigned i = 0; i < 256; i++)
		buf_char(&b, 'a');
	assert_false(logfile_taken(buf_cstr(&b)));
	buf_clear(&b);
	buf_u32(&b, 4);			/* a NUL within */
	buf_put(&b, "a\0b", 4);
	assert_false(taken(ROLES_LOG_FILE, &b));
	buf_fini(&b);
}

static bool
channel_taken(uint32_t type, uint32_t priority)
{
	struct buf	 b = { 0 };
	bool		 good;

	buf_u32(&b, type);
	buf_u32(&b, priority);
	roles_text(&b, "name");
	roles_text(&b, NULL);
	good = taken(ROLES_LOG_CHANNEL, &b);
	buf_fini(&b);
	return good;
}

static void
channel_has_a_type_and_a_priority_that_there_is(void **state)
{
	(void)state;
	assert_true(channel_taken(CHANNEL_SYSLOG, LOG_LOCAL7 | LOG_DEBUG));
	assert_true(channel_taken(CHANNEL_BSM, 0));
	assert_false(channel_taken(CHANNEL_BSM + 1, 0));
	assert_false(channel_taken(UINT32_MAX, 0));
	assert_false(channel_taken(CHANNEL_SYSLOG, 0x400));
	assert_false(channel_taken(CHANNEL_SYSLOG, UINT32_MAX));
}

/* A rule with so many triggers, and one channel of that number. */
static void
put_rule(struct buf *b, uint32_t ntriggers, uint32_t channel)
{
	buf_u32(b, 1);
	buf_u32(b, 0);
	buf_u32(b, ntriggers);
	buf_u32(b, channel == UINT32_MAX ? 0 : 1);
	if (channel != UINT32_MAX)
		buf_u32(b, channel);
	roles_text(b, "label");
	roles_text(b, "file");
}

static void
rule_names_channels_that_there_are(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	put_rule(&b, 0, UINT32_MAX);
	assert_true(taken(ROLES_RULE, &b));
	put_rule(&b, 0, 0);
	assert_false(taken(ROLES_RULE, &b));
	put_rule(&b, RULE_STATES_MAX + 1, UINT32_MAX);
	assert_false(taken(ROLES_RULE, &b));
	buf_u32(&b, 1);
	buf_u32(&b, 0);
	buf_u32(&b, 0);
	buf_u32(&b, UINT32_MAX);		/* channels */
	roles_text(&b, "label");
	roles_text(&b, "file");
	assert_false(taken(ROLES_RULE, &b));
	buf_fini(&b);
}

/* A trigger of one word with one piece, if there is a rule for it. */
static bool
trigger_taken(uint32_t rules, uint32_t words, uint32_t pieces, uint8_t piece)
{
	struct outline	*o = outline_new();
	struct buf	 b = { 0 };
	struct message	 m = { .type = ROLES_RULE, .fd = -1 };
	bool		 good = true;

	for (uint32_t i = 0; i < rules; i++) {
		buf_clear(&b);
		put_rule(&b, 1, UINT32_MAX);
		m.bytes = buf_bytes(&b);
		good = good && outline_take(o, &m);
	}
	buf_clear(&b);
	roles_text(&b, "as written");
	buf_u32(&b, words);
	buf_u32(&b, pieces);
	buf_u8(&b, piece);
	if (piece == UINT8_MAX)
		roles_text(&b, "text");
	m.type = ROLES_RULE_TRIGGER;
	m.bytes = buf_bytes(&b);
	good = good && outline_take(o, &m);
	outline_free(o);
	buf_fini(&b);
	return good;
}

static void
trigger_has_a_rule_words_and_pieces(void **state)
{
	(void)state;
	assert_true(trigger_taken(1, 1, 1, UINT8_MAX));
	assert_true(trigger_taken(1, 1, 1, VAR_UID));
	assert_false(trigger_taken(0, 1, 1, VAR_UID));	/* no rule */
	assert_false(trigger_taken(2, 1, 1, VAR_UID));	/* the first has none */
	assert_false(trigger_taken(1, 0, 1, VAR_UID));
	assert_false(trigger_taken(1, 2, 1, VAR_UID));
	assert_false(trigger_taken(1, UINT32_MAX, 1, VAR_UID));
	assert_false(trigger_taken(1, 1, 0, VAR_UID));
	assert_false(trigger_taken(1, 1, UINT32_MAX, VAR_UID));
	assert_false(trigger_taken(1, 1, 1, VAR_UID + 1));
}

static void
what_is_too_long_is_not_told(void **state)
{
	struct buf	 b = { 0 };
	struct told	 told = { 0 };
	struct program	*p;

	(void)state;
	buf_str(&b, "sequence s { subject any; state { event any; status any; "
	    "trigger \"/bin/a ");
	for (size_t i = 0; i < ROLES_PIECE_MAX; i++)
		buf_char(&b, 'a');
	buf_str(&b, "\"; }; };\n");
	p = read_text(buf_cstr(&b));
	assert_non_null(strstr(outline_tell(p, on_told, &told), "trigger"));
	program_free(p);
	forget(&told);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(triggers_have_the_numbers_they_had),
		cmocka_unit_test(log_files_and_channels_come_as_they_were),
		cmocka_unit_test(message_cut_short_is_refused),
		cmocka_unit_test(trigger_that_is_missing_is_seen_at_the_end),
		cmocka_unit_test(log_file_lies_in_its_directory),
		cmocka_unit_test(
		    channel_has_a_type_and_a_priority_that_there_is),
		cmocka_unit_test(rule_names_channels_that_there_are),
		cmocka_unit_test(trigger_has_a_rule_words_and_pieces),
		cmocka_unit_test(what_is_too_long_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
