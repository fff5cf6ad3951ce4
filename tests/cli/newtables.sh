#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# newtables.sh - rules that are read again, in several processes, when the
# tables of events are newer than those that a process has read at its start.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
cd "$tmp" || exit 99

process()	# ROLE
{
	sed -n "s/^.*the $1 is process \([0-9]*\).*/\1/p" err | tail -n 1
}
said()		# WORDS TIMES
{
	[ "$(grep -c "$1" err)" -ge "$2" ]
}
rule()		# LABEL EVENT [OPTION]
{
	echo "sequence $1 { subject any; $3 state {"
	echo "event <auditevent> { $2; }; status failure;"
	echo "trigger \"/bin/mkdir $tmp/$1.ran\"; }; };"
}

mkdir d logs tables
trail=d/20240101000000.not_terminated
echo '0x00000001:fr:file read' >tables/audit_class
echo '72:AUE_OPEN_R:open(2) - read:fr' >tables/audit_event
rule kept AUE_OPEN_R >rules.conf
"$BSMTRACE" -F -d --sandbox --follow -a d -f rules.conf -l logs \
    --audit-dir tables 2>err &
pid=$!
wait_until said 'trails are followed' 1

# Who has written an alert has read the tables.
opened 9 1001 /z 13 | "$BSMTRACE" make >>$trail
logged()
{
	[ -d kept.ran ] && find logs -type f -size +0 | grep -q .
}
wait_until logged
rmdir kept.ran

echo '73:AUE_NEWER:newer(2):fr' >>tables/audit_event
{
	echo 'log-channel screen <stderr> { };'
	rule wrong AUE_NEWER
	rule kept AUE_OPEN_R 'log <logchannel> { screen; };'
} >rules.conf
kill -HUP "$pid"
is_wait 'a worker that cannot have new rules says so' \
    said 'rules stay as they were' 1
opened 10 1001 /a 13 | "$BSMTRACE" make >>$trail
is_wait 'its triggers are those of the rules that it has' test -d kept.ran
is 'and no others' "$(ls -d wrong.ran 2>/dev/null)" ''

kill -KILL "$(process worker)"
is_wait 'the next one can have them' said 'trails are followed' 2
opened 11 1001 /b 13 | "$BSMTRACE" make >>$trail
is_wait 'a courier that cannot begins anew' said 'which begins anew' 1
is_wait 'and the next one has the alert' said '^11\..* state machine' 1
is 'whoever sent it is not accused' "$(grep -c 'the worker sent' err)" 0
kill "$pid"
wait "$pid"
done_testing
