/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_lectern.c - where a reader gets the rules, and those that are no honest
 * readers.
 *
 * Readers are this very program: started as one, it does what its first
 * argument says.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "run/lectern.h"
#include "run/reader.h"
#include "run/spawn.h"

/* As the reader. */

static void
send_alone(struct channel *c, uint32_t type, const void *bytes, size_t n)
{
	(void)channel_send(c, type, (struct slice){ bytes, n }, -1);
	(void)channel_flush(c, true);
}

static int
read_honestly(void)
{
	const struct privilege	 stay = { .drop = false };
	struct names		*names = names_new();
	struct reader		*r = reader_new(station_new(ROLE_READER),
	    &stay);
	const struct rules_env	 env = reader_env(r, names);
	struct diags		*diags = diags_new();
	const struct program	*p = rules_load(&env, "main", diags);
	struct buf		 faults = { 0 };

	diags_print(diags, &faults);
	reader_end(r, p, &faults);
}

static void
ask_for_ever(struct channel *c)
{
	static const uint8_t	 user[] = { LECTERN_USER, 0, 0, 0, 2, 'x', 0 };
	struct message		 m;

	do
		send_alone(c, ROLES_SHOW, user, sizeof(user));
	while (channel_receive(c, &m) == 1);
}

static void
find_too_many_faults(struct channel *c)
{
	static const char	 line[1024] = "line";

	for (unsigned i = 0; i <= LECTERN_FAULTS_MAX / sizeof(line); i++)
		send_alone(c, ROLES_FAULTS, line, sizeof(line));
}

static int
play(const char *what)
{
	static const uint8_t	 thing[] = { LECTERN_THINGS, 0, 0, 0, 2, 'x',
		0 };
	struct channel		*c;
	struct message		 m;

	if (strcmp(what, "honest") == 0)
		return read_honestly();
	c = channel_new(ROLES_CHANNEL_FD, ROLES_MAX);
	send_alone(c, ROLES_READY, NULL, 0);
	if (strcmp(what, "dies") == 0)
		(void)raise(SIGKILL);
	else if (strcmp(what, "thing") == 0)
		send_alone(c, ROLES_SHOW, thing, sizeof(thing));
	else if (strcmp(what, "more") == 0)
		send_alone(c, ROLES_MORE, NULL, 0);
	else if (strcmp(what, "outline") == 0)
		send_alone(c, ROLES_LOG_FILE, "\0\0\0\5/etc", 9);
	else if (strcmp(what, "lies") == 0)
		send_alone(c, ROLES_OPEN, "12345678", 8);
	else if (strcmp(what, "asks") == 0)
		ask_for_ever(c);
	else if (strcmp(what, "talks") == 0)
		find_too_many_faults(c);
	else if (strcmp(what, "acts") == 0)
		send_alone(c, ROLES_FAULTS, "a\33[2J\n\tb \303\251\n", 12);
	else if (strcmp(what, "short") == 0)
		send_alone(c, ROLES_RULE, "\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0"
		    "\0\0\0\2a\0\0\0\0\2f", 28);
	if (strcmp(what, "dies") != 0 && strcmp(what, "hangs") != 0)
		send_alone(c, ROLES_JUDGED,
		    strcmp(what, "acts") == 0 ? "\0" : "\1", 1);
	if (strcmp(what, "goes on") == 0)
		send_alone(c, ROLES_MORE, NULL, 0);
	while (strcmp(what, "short") != 0 && strcmp(what, "acts") != 0 &&
	    strcmp(what, "fails") != 0 && channel_receive(c, &m) == 1)
		;			/* until it is ended */
	channel_free(c);
	return strcmp(what, "fails") == 0 ? 7 : 0;
}

/* As the parent. */

static const char	*rules;		/* of "main" */
static unsigned		 loaded;

static int
load(void *arg, const char *path, struct buf *out)
{
	(void)arg;
	loaded++;
	if (strcmp(path, "main") == 0)
		buf_str(out, rules);
	else if (strcmp(path, "large") == 0)
		for (unsigned i = 0; i < 5 * ROLES_PIECE_MAX / 2; i++)
			buf_char(out, i % 80 == 79 ? '\n' : '#');
	else
		return ENOENT;
	return 0;
}

static int
no_dir(void *arg, const char *path)
{
	(void)arg;
	return strcmp(path, "/there") == 0 ? 0 : ENOTDIR;
}

static int
no_program(void *arg, const char *path)
{
	(void)arg;
	return strcmp(path, "/bin/a") == 0 ? 0 : EACCES;
}

static int
zone(void *arg, const char *name, struct buf *out)
{
	(void)arg;
	(void)name;
	(void)out;
	return ENOENT;
}

static bool
uid_of(void *arg, const char *user, uint32_t *uid)
{
	(void)arg;
	*uid = 4242;
	return strcmp(user, "robert") == 0;
}

static bool
gid_of(void *arg, const char *group, uint32_t *gid)
{
	(void)arg;
	(void)group;
	*gid = 0;
	return false;
}

static void
on_line(void *arg, int level, const char *text)
{
	buf_printf(arg, "%d %s\n", level, text);
}

/* What a reader of this kind comes to; what was said meanwhile is in LOG. */
static struct lectern_told
read_as(const char *what, const char *text, struct buf *log)
{
	static const struct accounts	 accounts = { .uid_of = uid_of,
		.gid_of = gid_of };
	static const struct rules_env	 files = { .accounts = &accounts,
		.load = load, .check_dir = no_dir,
		.check_program = no_program, .zone = zone };
	char				 words[2][16] = { "watch" };
	char				*argv[] = { words[0], words[1], NULL };
	const struct lectern_options	 o = { .argv = argv, .files = &files,
		.here = -1, .wait_s = strcmp(what, "hangs") == 0 ? 1 : 0 };
	struct lectern_told		 told;

	rules = text;
	loaded = 0;
	memcpy(words[1], what, strlen(what) + 1);
	log_divert(on_line, log);
	lectern_read(&o, &told);
	log_divert(NULL, NULL);
	return told;
}

static void
forget(struct lectern_told *told)
{
	program_free(told->outline);
	bundle_free(told->bundle);
	buf_fini(&told->faults);
}

static void
good_rules_come_as_an_outline_with_their_texts(void **state)
{
	struct buf		 log = { 0 }, out = { 0 };
	struct rules_env	 env, files = { 0 };
	struct lectern_told	 told;
	uint32_t		 uid = 0;

	(void)state;
	told = read_as("honest", "include \"large\";\n"
	    "sequence s { subject <auid> { robert; }; state { event any; "
	    "status any; trigger \"/bin/a\"; }; };\n", &log);
	assert_string_equal(buf_cstr(&told.faults), "");
	assert_non_null(told.outline);
	assert_int_equal(told.outline->nrules, 1);
	assert_string_equal(told.outline->rules[0].states[0].trigger->text,
	    "/bin/a");
	assert_int_equal(loaded, 2);
	env = bundle_giving(told.bundle, &files);
	assert_int_equal(env.load(env.arg, "large", &out), 0);
	assert_int_equal(out.n, 5 * ROLES_PIECE_MAX / 2);
	assert_true(env.accounts->uid_of(env.accounts->arg, "robert", &uid));
	assert_int_equal(uid, 4242);
	forget(&told);
	buf_fini(&log);
	buf_fini(&out);
}

static void
what_is_wrong_comes_as_lines(void **state)
{
	struct buf		 log = { 0 };
	struct lectern_told	 told;

	(void)state;
	told = read_as("honest", "include \"gone\";\n"
	    "log-channel c <bsm> { directory \"/nowhere\"; };\n"
	    "sequence s { subject <auid> { nobody-at-all; }; state { event "
	    "any; status any; trigger \"/bin/b\"; }; };\n", &log);
	assert_null(told.outline);
	assert_null(told.bundle);
	assert_non_null(strstr(buf_cstr(&told.faults), "main:1:9: error: "
	    "'gone' cannot be read: No such file or directory\n"
	    "    include \"gone\";\n            ^~~~~~\n"));
	assert_non_null(strstr(buf_cstr(&told.faults), "Not a directory"));
	assert_non_null(strstr(buf_cstr(&told.faults), "Permission denied"));
	assert_non_null(strstr(buf_cstr(&told.faults), "nobody-at-all"));
	assert_string_equal(buf_cstr(&log), "");
	forget(&told);
	buf_fini(&log);
}

static void
reader_that_is_none_is_given_up(void **state)
{
	static const struct {
		const char	*what, *said;
	} some[] = {
		{ "dies", "the reader died of signal 9 (Killed)" },
		{ "fails", "the reader ended with status 7" },
		{ "hangs", "the reader is ended: it takes too long" },
		{ "thing", "the reader is ended: it asks for what there is "
		    "not" },
		{ "more", "the reader is ended: it asks for what there is "
		    "not" },
		{ "asks", "the reader is ended: it asks for more than stands "
		    "in the rules" },
		{ "talks", "the reader is ended: it finds too many words" },
		{ "outline", "the reader is ended: what it tells of the rules "
		    "makes no sense" },
		{ "lies", "the reader is ended: a message that is not its to "
		    "send" },
		{ "goes on", "the reader is ended: it goes on when all is "
		    "said" },
		{ "short", "the reader has not told all of the rules" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		struct buf		 log = { 0 };
		struct lectern_told	 told = read_as(some[i].what, "",
		    &log);

		assert_null(told.outline);
		assert_null(told.bundle);
		assert_int_equal(told.faults.n, 0);
		if (strstr(buf_cstr(&log), some[i].said) == NULL)
			fail_msg("%s: %s", some[i].what, buf_cstr(&log));
		buf_fini(&log);
	}
}

static void
lines_that_act_on_a_terminal_are_escaped(void **state)
{
	struct buf		 log = { 0 };
	struct lectern_told	 told = read_as("acts", "", &log);

	(void)state;
	assert_null(told.outline);
	assert_string_equal(buf_cstr(&told.faults),
	    "a\\x1b[2J\n\tb \303\251\n");
	forget(&told);
	buf_fini(&log);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    good_rules_come_as_an_outline_with_their_texts),
		cmocka_unit_test(what_is_wrong_comes_as_lines),
		cmocka_unit_test(reader_that_is_none_is_given_up),
		cmocka_unit_test(lines_that_act_on_a_terminal_are_escaped),
	};

	if (argc > 1 && roles_of(argv[0]) != ROLE_PARENT)
		return play(argv[1]);
	if (!spawn_possible())
		return 77;		/* skipped: nobody could be started */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
