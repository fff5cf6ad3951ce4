#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# reload.sh - rules are read again while the program watches.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
cd "$tmp" || exit 99
export TZ=UTC

# Three denied opens and then a good one; and the same for two values bound.
begun()
{
	cat <<'EOR'
sequence guess {
	subject any;
	state { event <auditevent> { AUE_OPEN_R; }; status failure; multiplier 3; };
	state { event <auditevent> { AUE_OPEN_R; }; status success; };
};
sequence again {
	subject any;
	state { event <auditevent> { AUE_OPEN_R; }; status failure; bind $f object; };
	state { event <auditevent> { AUE_OPEN_R; }; status success; object == $f; };
};
EOR
}
other()		# LABEL
{
	cat <<EOR
sequence $1 {
	subject any;
	state { event <auditevent> { AUE_OPEN_R; }; status failure; object <path> { "/new"; }; };
};
EOR
}

mkdir d logs
trail=d/20240101000000.not_terminated
: >$trail
{ other before; begun; } >rules.conf

"$BSMTRACE" watch -F -d --follow -a d -f rules.conf -l logs --format json 2>err &
watcher=$!

say()		# SECONDS AUID PATH ERROR
{
	opened "$@" | "$BSMTRACE" make >>$trail
}
# Alerts so far: rule, time and subject.
raised()
{
	sed 's/.*"time":"[^"]*:\([0-9]*\)\.[0-9]*Z".*"rule":"\([^"]*\)".*"id":\([0-9]*\).*/\2 \1 \3/' \
	    logs/bsmtrace.log | tr '\n' ' '
}
is_raised()
{
	[ "$(raised)" = "$expected" ]
}
told()		# WHAT EXPECTED
{
	expected=$2
	wait_until is_raised
	is "$1" "$(raised)" "$2"
}
reloaded()
{
	[ "$(grep -c 'rules were read again\|rules stay' err)" -eq "$1" ]
}

wait_until grep -q "trails are followed" err
say 1 1001 /etc/a 13
say 2 1001 /etc/b 13
say 3 1002 /new 13
told 'rules that were there at the start' 'before 03 1002 '

# What stood before the others is gone, something stands there now.
{ other one; other two; begun; } >rules.conf
kill -HUP $watcher
wait_until reloaded 1
has 'a reload says what came of it' "$(cat err)" \
    'the rules were read again: 4 rules, '
has 'and which rules are gone' "$(cat err)" '1 rule is gone'
say 4 1002 /new 13
told 'new rules are heard from then on' \
    'before 03 1002 two 04 1002 one 04 1002 '
say 5 1001 /etc/c 13
say 6 1001 /etc/b 0
told 'what lived of rules that are still there lives on' \
    'before 03 1002 two 04 1002 one 04 1002 again 06 1001 guess 06 1001 '

# A mistake changes nothing.
say 7 1003 /etc/x 13
echo 'sequence broken { subject nobody-at-all; };' >>rules.conf
kill -HUP $watcher
wait_until reloaded 2
has 'a mistake is told as when the program starts' "$(cat err)" 'rules.conf:'
has 'and the rules stay' "$(cat err)" 'the rules stay as they were'
say 8 1003 /etc/x 0
told 'and what lived lives on' \
    'before 03 1002 two 04 1002 one 04 1002 again 06 1001 guess 06 1001 again 08 1003 '
rm rules.conf
kill -HUP $watcher
wait_until reloaded 3
has 'a file that is gone is told' "$(cat err)" 'No such file'

# Log files that only new rules have.
{ echo 'logfile "apart.log";'; other four; } >rules.conf
kill -HUP $watcher
wait_until reloaded 4
say 9 1004 /new 13
wait_until test -s logs/apart.log
has 'a log file that only new rules name is opened' \
    "$(cat logs/apart.log)" '"rule":"four"'

kill $watcher
wait $watcher
is 'SIGTERM ends it with 0' $? 0
done_testing
