/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cli/completion.h"

enum { OPT_FORM = CLI_LONG, OPT_EVENT, OPT_COLUMNS, OPT_MAYBE };

static const struct cli_option options[] = {
	{ 'a', "all", NULL, "everything" },
	{ 'o', "object", "KIND=VALUE", "an object" },
	{ 'c', "class", "FLAGS", "of these classes" },
	{ 'u', "user", "USER", "somebody" },
	{ OPT_FORM, "form", "round|square", "how it looks" },
	{ OPT_EVENT, "event", "EVENT", "an event" },
	{ OPT_COLUMNS, "columns", "LIST", "fields" },
	{ OPT_MAYBE, "maybe", "[=NUMBER]", "or not" },
	{ 'n', "number", "N", "how many" },
	{ 0 }
};
static const struct cli_option none[] = { { 0 } };
static const char *const examples[] = { "bsmtrace some -a", NULL };
static const struct cli_usage watch = {
	"watch", "", "Watches.", none, examples, CLI_DAMAGE
}, some = {
	"some", "FILE...", "Does something.", options, examples, CLI_NAMES
};
static const struct command row_watch = { "watch", NULL, &watch, "look" },
    row_some = { "some", NULL, &some, "do" },
    row_link = { "other", NULL, &some, NULL };
static const struct command *const commands[] = {
	&row_watch, &row_some, NULL
};

/* The words are copied to blocks of their length, so that overreads show. */
static void
answers(const struct command *link, const char *const *words,
    const char *expected)
{
	char		*copies[8] = { NULL };
	struct buf	 out = { 0 };

	for (size_t i = 0; words[i] != NULL; i++)
		copies[i] = strdup(words[i]);
	completion_answer(commands, link, (const char *const *)copies, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
	for (size_t i = 0; i < 8; i++)
		free(copies[i]);
}
#define WORDS(...) (const char *const []){ __VA_ARGS__, NULL }

static void
first_word_is_a_command(void **state)
{
	(void)state;
	answers(NULL, WORDS(""), "words\t\nwatch\tlook\nsome\tdo\n");
	answers(NULL, WORDS("so"), "words\t\nsome\tdo\n");
	answers(NULL, (const char *const []){ NULL },
	    "words\t\nwatch\tlook\nsome\tdo\n");
}

static void
without_a_command_it_is_the_first(void **state)
{
	(void)state;
	answers(NULL, WORDS("--s"), "words\t\n--strict\texit with 1 when a "
	    "trail is damaged\n");
	answers(NULL, WORDS("--strict", "--s"), "words\t\n--strict\texit with "
	    "1 when a trail is damaged\n");
}

static void
name_of_a_link_is_its_command(void **state)
{
	(void)state;
	answers(&row_link, WORDS("--al"), "words\t\n--all\teverything\n");
	answers(&row_link, WORDS("some"), "files\t\n");
}

static void
operands_are_files_where_there_are_any(void **state)
{
	(void)state;
	answers(NULL, WORDS("some", ""), "files\t\n");
	answers(NULL, WORDS("some", "--", "-"), "files\t\n");
	answers(NULL, WORDS("some", "--", "--all"), "files\t\n");
	answers(NULL, WORDS("watch", ""), "nothing\t\n");
}

static void
closed_sets_are_offered_whole(void **state)
{
	(void)state;
	answers(NULL, WORDS("some", "--form", ""), "words\t\nround\nsquare\n");
	answers(NULL, WORDS("some", "--form=s"),
	    "words\t--form=\n--form=square\n");
	answers(NULL, WORDS("some", "--platform", "m"), "words\t\nmacos\n");
}

static void
argument_is_found_wherever_it_stands(void **state)
{
	(void)state;
	answers(NULL, WORDS("some", "-u", ""), "users\t\n");
	answers(NULL, WORDS("some", "-au", ""), "users\t\n");
	answers(NULL, WORDS("some", "-aux"), "users\t-au\n");
	answers(NULL, WORDS("some", "--user=x"), "users\t--user=\n");
	answers(NULL, WORDS("some", "--us", "x"), "users\t\n");
	answers(NULL, WORDS("some", "-u", "x", ""), "files\t\n");
	answers(NULL, WORDS("some", "-ux", ""), "files\t\n");
	answers(NULL, WORDS("some", "-u", "--", "--al"),
	    "words\t\n--all\teverything\n");
	answers(NULL, WORDS("some", "--user=x", ""), "files\t\n");
	answers(NULL, WORDS("some", "--maybe", ""), "files\t\n");
	answers(NULL, WORDS("some", "--maybe=1"), "nothing\t--maybe=\n");
	answers(NULL, WORDS("some", "-n", ""), "nothing\t\n");
	answers(NULL, WORDS("some", "--audit-dir", ""), "directories\t\n");
}

static void
events_are_those_of_all_systems_once(void **state)
{
	(void)state;
	answers(NULL, WORDS("some", "--event", "AUE_EXECVEA"),
	    "words\t\nAUE_EXECVEAT\texecveat(2)\n");
	answers(NULL, WORDS("some", "--event=AUE_open_nothing"),
	    "words\t--event=\n");
}

static void
last_item_of_a_list_is_completed(void **state)
{
	(void)state;
	answers(NULL, WORDS("some", "-c", "lo,^-ex"),
	    "open\t\nlo,^-ex\texec\n");
	answers(NULL, WORDS("some", "--columns", "time,auid,pat"),
	    "open\t\ntime,auid,path\n");
}

static void
object_is_a_kind_and_then_perhaps_a_file(void **state)
{
	(void)state;
	answers(NULL, WORDS("some", "-o", "msgqi"), "open\t\nmsgqid=\n");
	answers(NULL, WORDS("some", "-o", "file=/etc"), "files\tfile=\n");
	answers(NULL, WORDS("some", "--object=path="),
	    "files\t--object=path=\n");
	answers(NULL, WORDS("some", "-o", "pid=1"), "nothing\tpid=\n");
}

static void
bytes_of_a_word_come_back_escaped(void **state)
{
	(void)state;
	answers(NULL, WORDS("some", "--user=\n\033"), "users\t--user=\n");
	answers(NULL, WORDS("some", "--\033=x"), "words\t\n");
	answers(NULL, WORDS("some", "--columns", "\033,pat"),
	    "open\t\n\\x1b,path\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_word_is_a_command),
		cmocka_unit_test(without_a_command_it_is_the_first),
		cmocka_unit_test(name_of_a_link_is_its_command),
		cmocka_unit_test(operands_are_files_where_there_are_any),
		cmocka_unit_test(closed_sets_are_offered_whole),
		cmocka_unit_test(argument_is_found_wherever_it_stands),
		cmocka_unit_test(events_are_those_of_all_systems_once),
		cmocka_unit_test(last_item_of_a_list_is_completed),
		cmocka_unit_test(object_is_a_kind_and_then_perhaps_a_file),
		cmocka_unit_test(bytes_of_a_word_come_back_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
