#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# alerts.sh - what was raised is kept, and found again.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
: "${BSMTRACE:?}"
cd "$tmp" || exit 99

{
	opened 100 1001 /etc/passwd 13
	opened 200 1002 /etc/passwd 13
	opened 300 1001 /etc/spwd.db 13
} | trail t.bsm
cat >rules.conf <<'EOR'
sequence file.denied {
	description "somebody may not read a file";
	tags attack.t1003;
	subject any;
	priority 5;
	state { event any; status failure; };
};
sequence file.secret {
	subject any;
	state { event any; status any; object <path> { /etc/spwd.db; }; };
};
EOR

alerts()
{
	run "$BSMTRACE" alerts --store s.db --utc "$@"
}

run "$BSMTRACE" -F -a t.bsm -f rules.conf --store s.db
is 'a run with --store shows its alerts, too' "$(echo "$err" | wc -l)" 4
is 'nobody else may read the store' "$(stat -c %a s.db 2>/dev/null ||
    stat -f %Lp s.db)" 600

alerts
is 'all alerts are shown by time' "$out" \
'1970-01-01T00:01:40.007Z  5  file.denied  auid 1001  somebody may not read a file
1970-01-01T00:03:20.007Z  5  file.denied  auid 1002  somebody may not read a file
1970-01-01T00:05:00.007Z  0  file.secret  auid 1001
1970-01-01T00:05:00.007Z  5  file.denied  auid 1001  somebody may not read a file'
is '... and the status is 0' "$rc" 0

run "$BSMTRACE" -F -a t.bsm -f rules.conf --store s.db
alerts --count
is 'the same records read again are the same alerts' "$out" \
'       3  last 1970-01-01T00:05:00.007Z  file.denied
       1  last 1970-01-01T00:05:00.007Z  file.secret
       4  in all'

alerts --rule 'file.s*'
is '--rule takes a pattern' "$out" \
    '1970-01-01T00:05:00.007Z  0  file.secret  auid 1001'
alerts --subject 1002 --format line
is '--format line is the classic line' "$out" \
    '200.7 state machine: file.denied subject: auid 1002 completed: duration 0 seconds priority: 5 source: t.bsm'
alerts --after 1970-01-01T00:02:00 --before 1970-01-01T00:03:20
is '--after and --before are a period, both ends included' "$out" \
    '1970-01-01T00:03:20.007Z  5  file.denied  auid 1002  somebody may not read a file'
alerts --priority 5 --limit 1 --tag 'attack.*'
is '--priority, --tag and --limit narrow it down' "$out" \
    '1970-01-01T00:05:00.007Z  5  file.denied  auid 1001  somebody may not read a file'
alerts --subject nobody-of-this-name
is 'nothing found is no error' "$rc:$out$err" '0:'

alerts --format csv --subject 1002
is '--format csv has a head' "$(echo "$out" | sed 's/,[0-9a-f]*,file/,UID,file/')" \
'time,uid,rule,priority,subject,subject_id,subject_name,host,source,duration_s,records,tags,description
1970-01-01T00:03:20.007Z,UID,file.denied,5,auid,1002,,,t.bsm,0,1,attack.t1003,somebody may not read a file'

"$BSMTRACE" -F -a t.bsm -f rules.conf --format json 2>told
alerts --format json
is '--format json is what was told' "$(echo "$out" | sort)" \
    "$(sort told)"
uid=$(sed -n '1s/.*"uid":"\([0-9a-f]*\)".*/\1/p' told)
alerts --uid "$(echo "$uid" | cut -c 1-8)" --format json
is '--uid finds an alert by how its uid begins' "$out" "$(sed -n 1p told)"

alerts --rule file.secret --remove-older '1 day'
is 'what is removed is not narrowed down, so that is wrong usage' "$rc" 2
alerts --count
has '... and nothing is removed' "$out" '4  in all'
alerts --remove-older '1 day'
has '--remove-older says how many it has removed' "$err" '4 alerts removed'
alerts
is '... and they are gone' "$out" ''

# What is wrong.
run "$BSMTRACE" alerts --store none.db
is 'a store that is not there is an error' "$rc:$err" \
    '1:bsmtrace: none.db: unable to open database file'
echo 'this is no database, it is a text that is long enough to see' >bad.db
run "$BSMTRACE" alerts --store bad.db
is 'so is a file that is no store' "$rc:$err" \
    '1:bsmtrace: bad.db: file is not a database'
run "$BSMTRACE" -F -a t.bsm -f rules.conf --store bad.db
is 'watch refuses it before it begins' "$rc:$err" \
    '1:bsmtrace: bad.db: file is not a database'
run "$BSMTRACE" -F -a t.bsm -f rules.conf --store no/such/dir.db
is 'a store that cannot be made is an error' "$rc:$err" \
    '1:bsmtrace: no/such/dir.db: No such file or directory'
alerts --after never
is 'a time that is none is wrong usage' "$rc" 2
alerts extra
is 'so is an operand' "$rc" 2

# How long alerts stay.
: >empty.bsm
run "$BSMTRACE" -F -a t.bsm -f rules.conf --store old.db
run "$BSMTRACE" -F -a empty.bsm -f rules.conf --store old.db --store-max 1m
run "$BSMTRACE" alerts --store old.db --count
has '--store-max leaves what fits' "$out" '4  in all'
run "$BSMTRACE" -F -a empty.bsm -f rules.conf --store old.db --store-keep 90d
is '--store-keep is done at the start' "$rc:$err" '0:'
run "$BSMTRACE" alerts --store old.db --count
has '... and old alerts are gone' "$out" '0  in all'
run "$BSMTRACE" -F -a t.bsm -f rules.conf --store-keep 90d
is '--store-keep without a store is wrong usage' "$rc" 2
has '... and what to do is said' "$err" '--store FILE'
run "$BSMTRACE" -F -a t.bsm -f rules.conf --store s.db --store-keep 0d
has 'so is to keep nothing' "$rc:$err" "2:bsmtrace: --store-keep '0d': nothing"
run "$BSMTRACE" -F -a t.bsm -f rules.conf --store s.db --store-max 1000
has 'so is a size that no store has' "$rc:$err" '2:bsmtrace: --store-max needs'

done_testing
