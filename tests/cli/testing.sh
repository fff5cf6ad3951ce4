#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# testing.sh - `test`: what passes, what fails and why, and what build servers
# get of it.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
LC_ALL=C
export LC_ALL
cd "$tmp" || exit 99

cat >rules.conf <<'END'
sequence guessed {
	subject any; timeout 1 hours;
	state { event <auditclass> { lo; }; status failure; multiplier 3; };
	state { event <auditclass> { lo; }; status success; };
};
test guessed {
	record AUE_ssh auid 4001 failure;
	record AUE_ssh auid 4001 failure;
	record AUE_ssh auid 4001 success;
	expect 1;
};
test guessed {
	record AUE_ssh auid 4001 failure; record AUE_ssh auid 4001 failure;
	record AUE_ssh auid 4001 failure; record AUE_ssh auid 4001 success;
	expect 1;
};
END
run "$BSMTRACE" test rules.conf
is 'one that fails tells why' "$rc:$err:$out" '1::FAIL guessed (rules.conf:6)
     rules.conf:10: expected 1 alert, got 0
       guessed (rules.conf:1)
       3 records, 1 key that met a state, 0 alerts

       auid 4001
         2026-01-01T00:00:00.000Z  rules.conf:7  AUE_ssh, failure, EPERM
           meets state 1 of 2, 1 of 3
         2026-01-01T00:00:00.000Z  rules.conf:8  AUE_ssh, failure, EPERM
           meets state 1 of 2, 2 of 3
         waits for state 1 of 2 with 2 of 3, begun 2026-01-01T00:00:00.000Z
         came nearest to state 1:
           2026-01-01T00:00:00.000Z  rules.conf:9  AUE_ssh
               status failure: the record says success
ok   guessed (rules.conf:12)
1 passed, 1 failed'
run "$BSMTRACE" test --junit results.xml rules.conf
has '--junit: and so does its failure' "$(cat results.xml)" \
    '      <failure message="rules.conf:10: expected 1 alert, got 0">'
has '--junit: with the reason' "$(cat results.xml)" \
    'status failure: the record says success'

printf 'sequence s { subject any; state { event any; status any; }; };\n%s\n' \
    'test s { record AUE_EXIT path; expect 1; };' >bad.conf
run "$BSMTRACE" test --junit bad.xml bad.conf
is 'a line that is not understood fails its test' "$rc:$out" \
    '1:FAIL s (bad.conf:2)
     bad.conf:2: expected 1 alert, got 0
     a line of it is not understood, see the errors
0 passed, 1 failed'
has 'and is shown' "$err" "bad.conf:2:26: error: 'path': a text must follow"
has '--junit: that is said' "$(cat bad.xml)" 'is not understood'
printf 'sequence s { subject any; state { event any; status any; }; };\n%s\n' \
    'test s { record AUE_EXIT; };' >never.conf
run "$BSMTRACE" test never.conf
is 'a test that expects nothing cannot fail, and so it does' "$rc:$out" \
    '1:FAIL s (never.conf:2)
     nothing is expected here, so it cannot fail
0 passed, 1 failed'
echo 'sequence s {' >broken.conf
run "$BSMTRACE" test --junit broken.xml broken.conf rules.conf
is 'a file with an error is not tested, the others are' \
    "$rc:$(printf '%s\n' "$out" | tail -1)" '1:1 passed, 1 failed'
has '--junit: it is an error' "$(cat broken.xml)" \
    '<error message="broken.conf:2:1: error: expected'

done_testing
