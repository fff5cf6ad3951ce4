/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_errors.c - BSM error numbers: names, what praudit(1) prints, and the
 * local errno.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "bsm/errors.h"

/* Spans of numbers, both ends included, up to one that begins with 0. */
struct span {
	unsigned	first, last;
};

static bool
in_spans(const struct span *s, unsigned number)
{
	for (; s->first != 0; s++)
		if (number >= s->first && number <= s->last)
			return true;
	return false;
}

static void
assigned_numbers_are_openbsm_s(void **state)
{
	static const struct span	free_numbers[] = {
		{ 75, 76 }, { 100, 119 }, { 135, 142 }, { 153, 189 },
		{ 226, 249 }, { 251, 255 }, { 0, 0 }
	};

	(void)state;
	for (unsigned i = 0; i <= UINT8_MAX; i++) {
		const struct bsm_error	*e = errors_find((uint8_t)i);

		assert_int_equal(e == NULL, in_spans(free_numbers, i));
		if (e != NULL)
			assert_int_equal(e->number, i);
	}
}

static void
numbers_have_their_names(void **state)
{
	static const struct {
		uint8_t		 number;
		const char	*name;
	} rows[] = {
		{ 0, "ESUCCESS" }, { 1, "EPERM" }, { 2, "ENOENT" },
		{ 13, "EACCES" }, { 22, "EINVAL" }, { 35, "ENOMSG" },
		{ 45, "EDEADLK" }, { 46, "ENOLCK" }, { 48, "ENOTSUP" },
		{ 56, "EDEADLOCK" }, { 58, "EOWNERDEAD" }, { 66, "EREMOTE" },
		{ 74, "EMULTIHOP" }, { 77, "EBADMSG" }, { 89, "ENOSYS" },
		{ 93, "ENOTEMPTY" }, { 99, "ENOPROTOOPT" },
		{ 120, "EPROTONOSUPPORT" }, { 122, "EOPNOTSUPP" },
		{ 128, "ENETUNREACH" }, { 134, "ENOTCONN" },
		{ 143, "ESHUTDOWN" }, { 146, "ECONNREFUSED" },
		{ 151, "ESTALE" }, { 152, "EQFULL" }, { 190, "EPROCLIM" },
		{ 197, "EAUTH" }, { 203, "EDIRIOCTL" }, { 210, "EPOLICY" },
		{ 211, "EDOTDOT" }, { 222, "EKEYREJECTED" },
		{ 223, "ENOTCAPABLE" }, { 225, "EINTEGRITY" },
		{ 250, "UNKNOWN" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(errors_find(rows[i].number)->name,
		    rows[i].name);
}

static void
rows_ascend_and_each_name_finds_its_row(void **state)
{
	size_t			 n;
	const struct bsm_error	*all = errors_all(&n);

	(void)state;
	assert_int_equal(n, 152 - 2 - 20 - 8 + 1 + 36 + 1);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			assert_true(all[i].number > all[i - 1].number);
		assert_ptr_equal(errors_by_name(slice_str(all[i].name)),
		    &all[i]);
		assert_ptr_equal(errors_find(all[i].number), &all[i]);
		assert_true(all[i].text[0] != '\0');
	}
}

static void
names_are_compared_whole(void **state)
{
	uint8_t	*exactly = xmemdup("EPERM", 5);

	(void)state;
	assert_int_equal(errors_by_name((struct slice){ exactly, 5 })->number,
	    1);
	assert_null(errors_by_name((struct slice){ exactly, 4 }));
	assert_null(errors_by_name((struct slice){ NULL, 0 }));
	assert_null(errors_by_name(slice_str("EPERM ")));
	assert_null(errors_by_name(slice_str("eperm")));
	assert_null(errors_by_name(slice_str("ENONSENSE")));
	free(exactly);
}

static void
praudit_does_not_know_some_errors(void **state)
{
	static const struct span	unknown[] = {
		{ 61, 63 }, { 72, 73 }, { 75, 76 }, { 100, 119 },
		{ 128, 128 }, { 135, 142 }, { 152, 210 }, { 223, 255 },
		{ 0, 0 }
	};

	(void)state;
	for (unsigned i = 0; i <= UINT8_MAX; i++)
		assert_int_equal(errors_text((uint8_t)i) == NULL,
		    in_spans(unknown, i));
}

static void
rows_without_print_have_a_text_all_the_same(void **state)
{
	(void)state;
	assert_string_equal(errors_find(61)->text, "No data available");
	assert_string_equal(errors_find(62)->text, "Timer expired");
	assert_string_equal(errors_find(128)->text, "Network is unreachable");
	assert_string_equal(errors_find(197)->text, "Authentication error");
}

/* The same text on every system, whatever its own strerror(3) says. */
static void
texts_are_those_of_praudit_on_linux(void **state)
{
	(void)state;
	assert_string_equal(errors_text(1), "Operation not permitted");
	assert_string_equal(errors_text(6), "No such device or address");
	assert_string_equal(errors_text(18), "Invalid cross-device link");
	assert_string_equal(errors_text(34), "Numerical result out of range");
	assert_string_equal(errors_text(45), "Resource deadlock avoided");
	assert_string_equal(errors_text(56), "Resource deadlock avoided");
	assert_string_equal(errors_text(91),
	    "Interrupted system call should be restarted");
	assert_string_equal(errors_text(143),
	    "Cannot send after transport endpoint shutdown");
	assert_string_equal(errors_text(222), "Key was rejected by service");
}

#ifdef __GLIBC__
static void
printed_texts_are_those_of_strerror(void **state)
{
	size_t			 n;
	const struct bsm_error	*all = errors_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		if (all[i].printed)
			assert_string_equal(all[i].text,
			    strerror(all[i].local));
}
#define OF_GLIBC cmocka_unit_test(printed_texts_are_those_of_strerror),
#else
#define OF_GLIBC
#endif

static void
local_numbers_are_this_system_s(void **state)
{
	(void)state;
	assert_int_equal(errors_local(0), 0);
	assert_int_equal(errors_local(1), EPERM);
	assert_int_equal(errors_local(45), EDEADLK);
	assert_int_equal(errors_local(48), ENOTSUP);
	assert_int_equal(errors_local(122), EOPNOTSUPP);
	assert_int_equal(errors_local(128), ENETUNREACH);
	assert_int_equal(errors_local(145), ETIMEDOUT);
	assert_int_equal(errors_local(250), -1);
	assert_int_equal(errors_local(255), -1);
	assert_int_equal(errors_local(100), -1);
	/* No system has the errors of Darwin and those of Linux. */
	assert_true(errors_local(209) == -1 || errors_local(216) == -1);
}

/* By names of FreeBSD's errno.h. */
static void
numbers_of_4_4bsd_become_those_of_bsm(void **state)
{
	static const struct {
		uint8_t		 bsd;
		const char	*name;
	} some[] = {
		{ 1, "EPERM" }, { 2, "ENOENT" }, { 11, "EDEADLK" },
		{ 13, "EACCES" }, { 34, "ERANGE" }, { 35, "EAGAIN" },
		{ 36, "EINPROGRESS" }, { 43, "EPROTONOSUPPORT" },
		{ 48, "EADDRINUSE" }, { 51, "ENETUNREACH" },
		{ 57, "ENOTCONN" }, { 58, "ESHUTDOWN" }, { 60, "ETIMEDOUT" },
		{ 61, "ECONNREFUSED" }, { 62, "ELOOP" },
		{ 63, "ENAMETOOLONG" }, { 66, "ENOTEMPTY" },
		{ 67, "EPROCLIM" }, { 69, "EDQUOT" }, { 72, "EBADRPC" },
		{ 77, "ENOLCK" }, { 78, "ENOSYS" }, { 81, "ENEEDAUTH" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		assert_int_equal(errors_from_bsd(some[i].bsd),
		    errors_by_name(slice_str(some[i].name))->number);
	assert_int_equal(errors_from_bsd(0), 0);
	assert_int_equal(errors_from_bsd(82), 250);
	assert_int_equal(errors_from_bsd(254), 250);
	assert_int_equal(errors_from_bsd(255), 255);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assigned_numbers_are_openbsm_s),
		cmocka_unit_test(numbers_have_their_names),
		cmocka_unit_test(rows_ascend_and_each_name_finds_its_row),
		cmocka_unit_test(names_are_compared_whole),
		cmocka_unit_test(praudit_does_not_know_some_errors),
		cmocka_unit_test(rows_without_print_have_a_text_all_the_same),
		cmocka_unit_test(texts_are_those_of_praudit_on_linux),
		OF_GLIBC
		cmocka_unit_test(local_numbers_are_this_system_s),
		cmocka_unit_test(numbers_of_4_4bsd_become_those_of_bsm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
