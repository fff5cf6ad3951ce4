#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# daemon.sh - in the background: pid file, log files, signals.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
cd "$tmp" || exit 99

opened 100 1001 /a | trail t.bsm
cat >any.conf <<'EOF'
sequence s { subject any; state { event any; status any; }; };
EOF
mkdir logs
mkfifo fifo
gone()	{ ! kill -0 "$pid"; }

# What is wrong is said before it goes into the background.
run "$BSMTRACE" -l logs -p pid -a missing.bsm -f any.conf
is 'a trail that is missing is said at the start' "$rc" 1
has '... with its name' "$err" 'missing.bsm: No such file'
run "$BSMTRACE" -l logs -p nowhere/pid -a t.bsm -f any.conf
is 'so is a pid file that cannot be' "$rc" 1
has '... with its name' "$err" 'nowhere/pid: No such file'
is 'no pid file is left behind' "$(ls pid 2>/dev/null)" ''
run "$BSMTRACE" -p pid -a t.bsm -f any.conf
has 'a daemon whose alerts go nowhere is warned' "$err" 'go nowhere'
wait_until test ! -e pid

# The daemon. It keeps relative paths, though it works in /.
run "$BSMTRACE" -l logs -p pid -a fifo -f any.conf
is 'the daemon starts' "$rc:$err" '0:'
pid=$(cat pid)
if kill -0 "$pid" 2>/dev/null; then
	ok 'its pid file is there and true'
else
	not_ok 'its pid file is there and true' "pid $pid"
fi
is 'the pid file has no newline' "$(wc -l <pid | tr -d ' ')" 0
# shellcheck disable=SC2012
is 'the pid file is for its owner' "$(ls -l pid | cut -c 1-10)" '-rw-------'
run "$BSMTRACE" -l logs -p pid -a t.bsm -f any.conf
is 'a second one is refused' "$rc" 1
has '... with the cause' "$err" 'pid: another bsmtrace is running'
is '... and the first goes on' "$(cat pid)" "$pid"

exec 3<>fifo
cat t.bsm >&3
if wait_until grep -q 'state machine: s ' logs/bsmtrace.log; then
	ok 'alerts are written as they come'
else
	not_ok 'alerts are written as they come'
fi
has 'the source is called as it was named' "$(cat logs/bsmtrace.log)" \
    'source: fifo'

mv logs/bsmtrace.log logs/bsmtrace.log.0
kill -HUP "$pid"
wait_until test -e logs/bsmtrace.log
cat t.bsm >&3
wait_until grep -q 'state machine: s ' logs/bsmtrace.log
is 'SIGHUP opens the log files anew' \
    "$(cat logs/bsmtrace.log logs/bsmtrace.log.0 | wc -l | tr -d ' ')" 2
kill -USR1 "$pid"
cat t.bsm >&3
wait_until sh -c 'test $(wc -l <logs/bsmtrace.log) -eq 2'
is 'SIGUSR1 does it no harm' "$(wc -l <logs/bsmtrace.log | tr -d ' ')" 2

kill -TERM "$pid"
if wait_until gone; then
	ok 'SIGTERM ends it'
else
	not_ok 'SIGTERM ends it'
fi
exec 3>&-
is 'its pid file is removed' "$(ls pid 2>/dev/null)" ''

# A finished trail: the daemon ends with it.
rm -f logs/bsmtrace.log
"$BSMTRACE" -l logs -p pid -a t.bsm -f any.conf
wait_until grep -q 'state machine' logs/bsmtrace.log
wait_until test ! -e pid
is 'a daemon ends with its trail' "$(ls pid 2>/dev/null)" ''
echo 99999999999999 >pid
run "$BSMTRACE" -l logs -p pid -a t.bsm -f any.conf
is 'an old pid file is taken over' "$rc" 0
wait_until test ! -e pid
"$BSMTRACE" -l logs -p pid -a - -f any.conf <t.bsm
wait_until test ! -e pid
has 'standard input is kept in the background' \
    "$(tail -n 1 logs/bsmtrace.log)" 'source: stdin'

# In the foreground signals end it cleanly, too.
"$BSMTRACE" -F -a fifo -f any.conf 2>err &
pid=$!
exec 3<>fifo
cat t.bsm >&3
wait_until grep -q 'state machine' err
kill -USR1 $pid
wait_until grep -q '1 record, ' err
has 'SIGUSR1 prints a line of figures' "$(cat err)" '1 record, 74 bytes, 1 alert, 0 sequences waiting'
kill -TERM $pid
wait $pid
is 'SIGTERM ends it with 0' "$?" 0
exec 3>&-
done_testing
