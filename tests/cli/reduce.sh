#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# reduce.sh - records selected by whole commands, also by the name auditreduce.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
# shellcheck source=tests/records.sh
. "$TOP/tests/records.sh"
cd "$tmp" || exit 99

TZ=UTC
export TZ
auditreduce=$tmp/auditreduce
ln -s "$BSMTRACE" "$auditreduce"

# Times of the records that were selected, or what went wrong.
seconds()		# COMMAND...
{
	"$@" >.sel 2>.err
	rc=$?
	if [ $rc -ne 0 ]; then
		echo "status $rc: $(cat .err)"
		return
	fi
	"$BSMTRACE" print -j .sel | sed 's/.*"seconds":\([0-9]*\).*/\1/' |
	    tr '\n' ' ' | sed 's/ $//'
}

{
	opened 100 1001 /etc/passwd
	opened 200 1001 /etc/master.passwd 13
	opened 300 1002 /tmp/x
} | trail a.bsm
{
	opened 150 1002 /etc/group
	opened 350 1001 /tmp/y 13
} | trail b.bsm
cat a.bsm b.bsm >ab.bsm

# What comes out
"$BSMTRACE" reduce a.bsm >out
same 'without criteria a trail is copied byte for byte' out a.bsm
"$BSMTRACE" reduce <a.bsm >out
same '... from standard input' out a.bsm
# shellcheck disable=SC2002
cat a.bsm | "$BSMTRACE" reduce - >out
same '... from a pipe' out a.bsm
is 'trails are merged by time' "$(seconds "$BSMTRACE" reduce a.bsm b.bsm)" \
    '100 150 200 300 350'
is '--concat reads them one after another' \
    "$(seconds "$BSMTRACE" reduce --concat a.bsm b.bsm)" '100 200 300 150 350'
is 'auditreduce does so' "$(seconds "$auditreduce" a.bsm b.bsm)" \
    '100 200 300 150 350'
is 'auditreduce --merge does not' \
    "$(seconds "$auditreduce" --merge a.bsm b.bsm)" '100 150 200 300 350'

# Criteria
is '-u selects the audit user' "$(seconds "$BSMTRACE" reduce -u 1002 ab.bsm)" \
    '300 150'
is '... and so does its long name' \
    "$(seconds "$BSMTRACE" reduce --audit-user=1002 ab.bsm)" '300 150'
is '-v turns it round' "$(seconds "$BSMTRACE" reduce -v -u 1002 ab.bsm)" \
    '100 200 350'
is 'all criteria must hold' \
    "$(seconds "$BSMTRACE" reduce -u 1001 -o file=^/etc -c -all ab.bsm)" 200
is '-m takes each event that is named' \
    "$(seconds "$BSMTRACE" reduce -m AUE_OPEN_R -m AUE_EXECVE a.bsm)" \
    '100 200 300'
is '-a and -b are part of the period' \
    "$(seconds "$BSMTRACE" reduce -a 19700101000320 -b @300 ab.bsm)" '200 300'
is '--exclusive leaves -b out' \
    "$(seconds "$BSMTRACE" reduce --exclusive -a @200 -b @300 a.bsm)" 200
is '-b +n counts from -a' \
    "$(seconds "$BSMTRACE" reduce -a @100 -b +100s a.bsm)" 100
is '-d is a day' "$(seconds "$BSMTRACE" reduce -d 1970-01-01 a.bsm)" \
    '100 200 300'
is 'local time is that of TZ' \
    "$(TZ=XXX-1 seconds "$BSMTRACE" reduce -a 19700101010320 a.bsm)" '200 300'
is '... but for --utc' \
    "$(TZ=XXX-1 seconds "$BSMTRACE" reduce --utc -a 19700101000320 a.bsm)" \
    '200 300'
is '-A ignores the times' \
    "$(seconds "$BSMTRACE" reduce -A -a now a.bsm)" '100 200 300'

# Words of the rule language
is '--where asks what a state asks' "$(seconds "$BSMTRACE" reduce --where \
    'event <auditclass> { fr; }; object <path> { /etc; }; status failure;' \
    ab.bsm)" 200
is '... together with other criteria' "$(seconds "$BSMTRACE" reduce -u 1001 \
    --where 'status failure' ab.bsm)" '200 350'
run "$BSMTRACE" reduce --where 'status failre;' a.bsm
is 'a mistake in --where is shown in its place' "$rc:$err" \
"2:--where:1:8: error: 'failre' is not a status; did you mean 'failure'?
    status failre;
           ^~~~~~"

# Wrong use
while IFS='|' read -r what args want; do
	# shellcheck disable=SC2086
	run "$BSMTRACE" reduce $args a.bsm
	is "$what: status 2, no output" "$rc:$out" 2:
	has "$what: it is said" "$err" "$want"
done <<'EOT'
no such user|-u nosuchuser|no user 'nosuchuser'
no such group|-g nosuchgroup|no group 'nosuchgroup'
no such class|-c lo,zz|no audit class is called 'zz'; a list is like lo,+ex,^-fc; there are no fr fw
a label|-l secret|known only to the label_encodings file
no such event|-m AUE_OPEN_RR|did you mean 'AUE_OPEN_R
no such date|-a 20210230|month 2 of 2021 has no day 30
no form of a date|-b garbage|-2h or '3 days ago' are understood
a date given twice|-a now -a now|-a is given twice
a date and a period|-d now -b now|give either
a length without a start|-b +2h|which has to stand before it
no such object|-o door=1|KIND is one of file,
an object without value|-o file|-o without a '='
a bad expression|-o file=(|is no regular expression
-C without a directory|-C|chooses among the trails of a directory
-D with a criterion|-D x -u 0|it takes every record
-O without a suffix|-O ./|needs a suffix
operands with -R|-R .|no operands go with them
no such option|--evry|did you mean --every?
EOT
run "$auditreduce" -u nosuchuser a.bsm
is 'for auditreduce the status is 64' "$rc:$out" 64:

# What cannot be read
run "$BSMTRACE" reduce missing.bsm a.bsm
is 'a missing trail makes the status 1' "$rc" 1
has '... and is named' "$err" missing.bsm
"$BSMTRACE" reduce missing.bsm a.bsm >out 2>/dev/null
same '... but the others are read' out a.bsm
"$auditreduce" b.bsm missing.bsm a.bsm >out 2>/dev/null
same 'for auditreduce it is the end' out b.bsm
{ cat a.bsm; printf 'some garbage'; cat b.bsm; } >bad.bsm
run "$BSMTRACE" reduce --concat bad.bsm
is 'damage is said with its place' "$rc:$(echo "$err" | head -n 1)" \
    "0:bsmtrace: bad.bsm:$(wc -c <a.bsm | tr -d ' '): 12 bytes skipped: no record begins here"
"$BSMTRACE" reduce bad.bsm >out 2>/dev/null
same '... and what is whole is read' out ab.bsm
run "$BSMTRACE" reduce --strict bad.bsm
is '--strict makes it an error' "$rc" 1
run "$BSMTRACE" reduce -Q bad.bsm
is '-Q says nothing' "$rc:$err" 0:

# Where it goes
run "$BSMTRACE" reduce -V -O www1 a.bsm
is '-O names the trail by its records' \
    "$rc:$(echo ./*.www1)" 0:./19700101000140.19700101000500.www1
same '... which it holds' 19700101000140.19700101000500.www1 a.bsm
has '-V counts them' "$err" \
    '3 records written to 19700101000140.19700101000500.www1'
has '... and names what is read' "$err" 'reading a.bsm'
# shellcheck disable=SC2012
is 'it is readable for the group' \
    "$(ls -l 19700101000140.19700101000500.www1 | cut -c 1-10)" -rw-r-----
run "$BSMTRACE" reduce -O www1 a.bsm
is 'an existing trail is not replaced' "$rc" 1
is '... and nothing is left behind' "$(find . -name '.bsmtrace*')" ''
run "$BSMTRACE" reduce -O nowhere/www1 a.bsm
is 'a directory that is not there is an error' "$rc" 1
cp a.bsm own.bsm
# shellcheck disable=SC2094
"$BSMTRACE" reduce own.bsm >>own.bsm 2>err
is 'a trail is not appended to itself' "$?" 1
same '... and stays as it was' own.bsm a.bsm
if [ -e /dev/full ]; then
	"$BSMTRACE" reduce a.bsm >/dev/full 2>err
	is 'a full disk is an error' "$?" 1
	has '... that is said, with what was written' "$(cat err)" \
	    '; 0 bytes were written, the last record perhaps not whole'
fi
(
	ulimit -f 1
	i=0
	while [ $i -lt 9 ]; do
		i=$((i + 1))
		cat ab.bsm ab.bsm ab.bsm ab.bsm ab.bsm
	done | "$BSMTRACE" reduce -O big - 2>err
	echo $? >rc
)
is 'a file that may not grow is an error' "$(cat rc)" 1
is '... and is removed' "$(find . -name '*.big' -o -name '.bsmtrace*')" ''
has '... which is said' "$(cat err)" '; nothing is kept of the new trail'
i=0
while [ $i -lt 500 ]; do
	i=$((i + 1))
	cat ab.bsm ab.bsm ab.bsm ab.bsm ab.bsm
done >many.bsm
"$BSMTRACE" reduce many.bsm 2>err | head -c 1 >/dev/null
is 'a reader that goes away is no noise' "$(cat err)" ''

# Records of a slow source do not wait for its end.
mkfifo slow
{ cat a.bsm; sleep 5; } >slow &
"$BSMTRACE" reduce slow >out 2>/dev/null &
if wait_until cmp -s out a.bsm; then
	ok 'a pipe is shown as it comes'
else
	not_ok 'a pipe is shown as it comes'
fi
wait

# Whoever is interrupted leaves nothing behind.
mkfifo stuck
exec 4<>stuck		# so that nobody waits for the other end
"$BSMTRACE" reduce -O killed stuck 2>err 4>&- &
pid=$!
unnamed()
{
	find . -name '.bsmtrace*' | grep -q .
}
if wait_until unnamed; then
	kill -TERM $pid
	wait $pid 2>/dev/null
	is 'an interrupted -O leaves nothing behind' \
	    "$?:$(find . -name '*killed' -o -name '.bsmtrace*')" 143:
else
	kill $pid
	not_ok 'an interrupted -O leaves nothing behind'
fi
exec 4>&-

# Trails that change while they are read: the first piece is read, and cannot be
# written before somebody reads it.
cp many.bsm changing.bsm
{ "$BSMTRACE" reduce changing.bsm 2>err; echo $? >rc; } | {
	dd bs=1 count=1 2>/dev/null
	rm changing.bsm
	cat
} >out
same 'a trail that is removed while it is read is read on' out many.bsm
is '... without a word' "$(cat rc):$(cat err)" 0:
cp many.bsm changing.bsm
{ "$BSMTRACE" reduce changing.bsm 2>err; echo $? >rc; } | {
	dd bs=1 count=1 2>/dev/null
	dd if=/dev/null of=changing.bsm bs=1 seek=600001 2>/dev/null
	cat
} >out
is 'one that is cut while it is read is an error' "$(cat rc)" 1
has '... that is said' "$(cat err)" \
    'changing.bsm: became shorter while it was read'
has '... with what is lost of the last record' "$(cat err)" \
    'the trail ends inside a record'
head -c "$(wc -c <out | tr -d ' ')" many.bsm >want
same '... after what was whole' out want
gzip -c many.bsm >whole.gz
head -c "$(($(wc -c <whole.gz) / 2))" whole.gz >half.gz
"$BSMTRACE" reduce half.gz >out 2>err
is 'a compressed trail that is cut short is an error' "$?" 1
has '... that is said' "$(cat err)" 'half.gz: the gzip data is cut short'
head -c "$(wc -c <out | tr -d ' ')" many.bsm >want
is '... after what is whole' "$([ -s out ] && cmp out want)" ''

# Merging
cat b.bsm a.bsm b.bsm a.bsm >back.bsm
run "$BSMTRACE" reduce back.bsm a.bsm
is 'time that runs backwards is said once for each trail' \
    "$(echo "$err" | grep -c 'back.bsm: .*time runs backwards')" 1
i=0
while [ $i -lt 90 ]; do
	i=$((i + 1))
	{ opened $i 1001 /tmp/x; opened $((i + 200)) 1001 /tmp/x; } |
	    trail part.$i
done
"$BSMTRACE" reduce part.* >want
is 'many trails are merged' "$(seconds "$BSMTRACE" reduce part.* |
    tr ' ' '\n' | sort -cn 2>&1)" ''
(
	# shellcheck disable=SC3045 # every sh of ours has it
	ulimit -n 24
	TMPDIR=. "$BSMTRACE" reduce part.* >out 2>err
)
same 'more than there are descriptors for are so, too' out want
is '... without a word' "$(cat err)" ''

# Trails that are looked for
mkdir -p root/h1/files root/h2/files
cp a.bsm root/h1/files/19700101000100.19700101000500.h1
cp b.bsm root/h2/files/19700101000100.not_terminated.h2
is '-R reads all hosts' "$(seconds "$BSMTRACE" reduce -R root)" \
    '100 150 200 300 350'
is '... as auditreduce, too' "$(seconds "$auditreduce" -R root)" \
    '100 150 200 300 350'
is '-S is one of them' "$(seconds "$BSMTRACE" reduce -R root -S h2)" '150 350'
is '... or a directory of its own' \
    "$(seconds "$BSMTRACE" reduce -S ./root/h2)" '150 350'
is '-M asks for the end of the name' \
    "$(seconds "$BSMTRACE" reduce -R root -M h1)" '100 200 300'
is '-C leaves out what is not terminated' \
    "$(seconds "$BSMTRACE" reduce -C -R root)" '100 200 300'
run "$BSMTRACE" reduce -V -a 19700101010000 -R root
lacks 'a trail outside the period is not opened' "$err" .h1
run "$BSMTRACE" reduce -V -v -a 19700101010000 -R root
has '... unless the others are wanted' "$err" .h1

# -D
printf 'garbage' >>root/h2/files/19700101000100.not_terminated.h2
cp b.bsm root/h2/files/19700101000100.19700101000500.h2
run "$BSMTRACE" reduce -D root/all -R root
is '-D puts whole trails into one' "$rc:$(seconds "$BSMTRACE" reduce \
    root/19700101000140.19700101000550.all)" '0:100 150 200 300 350'
is '... and removes them, but what -C left out' \
    "$(find root -type f | sort | tr '\n' ' ')" \
    'root/19700101000140.19700101000550.all root/h2/files/19700101000100.not_terminated.h2 '
cp bad.bsm d.bsm
run "$BSMTRACE" reduce -D d d.bsm
is 'a damaged trail is not removed' "$rc:$(ls d.bsm)" 0:d.bsm
has '... which is said' "$err" 'd.bsm is kept: it was not read whole'

# A reader that has seen enough, and nothing to read
{
	i=0
	while [ $i -lt 12 ]; do
		cat ab.bsm ab.bsm >more.bsm
		mv more.bsm ab.bsm
		i=$((i + 1))
	done
}
{ "$BSMTRACE" reduce ab.bsm 2>.err; echo $? >.rc; } | head -c 1 >/dev/null
is 'nobody is told when the pipe is closed' "$(cat .err .rc)" 0
cp a.bsm self
"$BSMTRACE" reduce <self >>self 2>.err
is 'standard input may be the output, too' "$?:$(cat .err)" \
    '1:bsmtrace: standard input is the output, too'
same '... and is left alone' self a.bsm
mkdir none
run "$BSMTRACE" reduce none
is 'a directory without trails is an error' "$rc" 1
run "$auditreduce" none
is '... but nothing to auditreduce' "$rc:$out" 0:
run "$auditreduce" none a.bsm
is '... which reads the others' "$rc" 0

# The names of another machine
mkdir -p image/etc
echo 'mallory:x:1002:1002::/:/bin/sh' >image/etc/passwd
is '--root knows users of an image' \
    "$(seconds "$BSMTRACE" reduce --root image -u mallory a.bsm)" 300

done_testing
