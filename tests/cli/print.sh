#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# print.sh - records as text and JSON lines, and made from JSON lines again.

# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"

# bytes HEX...: write them
bytes()
{
	for h in "$@"; do
		# shellcheck disable=SC2059
		printf "\\$(printf '%03o' "0x$h")"
	done
}

# A record of FreeBSD: date(1) is run.
bytes 14 00 00 00 7c 0b 00 17 00 00 61 68 12 9b 00 00 02 24 \
    3c 00 00 00 02 64 61 74 65 00 2b 25 73 00 \
    23 00 0a 2f 62 69 6e 2f 64 61 74 65 00 \
    3e 00 00 01 6d 00 00 00 00 00 00 00 00 00 00 00 5d \
    00 00 00 00 00 74 27 1c 00 e8 31 a0 \
    24 00 0d be cb 00 0d be cb 00 0d be cb 00 0d be cb 00 0d be cb \
    00 00 07 01 00 00 06 e8 00 00 b8 5a c0 a8 17 86 \
    27 00 00 00 00 00 13 b1 05 00 00 00 7c >"$tmp/exec"
# Two records of nothing but a text, the first with a control byte.
bytes 14 00 00 00 1f 0b 00 00 00 00 00 00 00 01 00 00 00 02 \
    28 00 03 1b 61 00 13 b1 05 00 00 00 1f >"$tmp/text"
bytes 14 00 00 00 1f 0b 00 00 00 00 00 00 00 01 00 00 00 02 \
    28 00 02 62 00 27 13 b1 05 00 00 00 1f >"$tmp/bad"
cat "$tmp/exec" "$tmp/text" >"$tmp/two"
{ cat "$tmp/exec"; echo noise; cat "$tmp/text"; } >"$tmp/noisy"

text='header,124,11,execve(2),0,Thu Oct 14 11:20:59 2021, + 548 msec
exec arg,date,+%s
path,/bin/date
attribute,555,0,0,93,7612188,15217056
subject,900811,900811,900811,900811,900811,1793,1768,47194,192.168.23.134
return,success,0
trailer,124'

run "$BSMTRACE" print -n "$tmp/exec"
is 'a record is a line for each token' "$out" "$text"
is 'reading it ends well' "$rc" 0
is 'nothing is said about it' "$err" ''

run "$BSMTRACE" print -n --utc - <"$tmp/exec"
is '- is standard input, which run() leaves empty' "$out" ''
is 'standard input without an operand' \
    "$("$BSMTRACE" print -n <"$tmp/exec")" "$text"
is 'a pipe is read as well' \
    "$(cat "$tmp/exec" | "$BSMTRACE" print -n -)" "$text"

run "$BSMTRACE" print -ln -d : "$tmp/text"
is 'one line, another delimiter, bytes as they are' "$out" \
    "header:31:11:indir system call:0:Thu Jan  1 00:00:01 1970: + 2 msec:text:$(printf '\033')a:trailer:31:"
run "$BSMTRACE" print --raw "$tmp/text"
is 'raw style' "$out" "20,31,11,0,0,1,2
40,$(printf '\033')a
19,31"
is 'local times follow TZ' \
    "$(TZ=CET-1 "$BSMTRACE" print -l "$tmp/text" | cut -d, -f6)" \
    'Thu Jan  1 01:00:01 1970'
is 'unless they are wanted in UTC' \
    "$(TZ=CET-1 "$BSMTRACE" print -l --utc "$tmp/text" | cut -d, -f6)" \
    'Thu Jan  1 00:00:01 1970'

run "$BSMTRACE" print -rs "$tmp/exec"
is '-r and -s exclude each other' "$rc" 2
run "$BSMTRACE" print --nonsense "$tmp/exec"
is 'an unknown option is wrong usage' "$rc" 2
is 'and prints nothing' "$out" ''
run "$BSMTRACE" print --help
is 'help is a result' "$rc" 0
has 'help names the JSON option' "$out" '--json'

run "$BSMTRACE" print -n "$tmp/missing" "$tmp/exec"
is 'a trail that is missing is passed over' "$out" "$text"
is 'and remembered in the exit status' "$rc" 1
has 'and named' "$err" "$tmp/missing: No such file or directory"

run "$BSMTRACE" print -n "$tmp/noisy"
is 'damage is no reason to fail' "$rc" 0
has 'damage is told with its place' "$err" \
    "$tmp/noisy:124: 6 bytes skipped: no record begins here"
has 'and summed up' "$err" "$tmp/noisy: 6 bytes skipped in 1 place"
is 'what stands behind it is printed' "$(echo "$out" | tail -n 1)" 'trailer,31'
run "$BSMTRACE" print --strict "$tmp/noisy"
is 'unless it is asked to be strict' "$rc" 1
run "$BSMTRACE" print "$tmp/bad"
has 'a token that does not fit is told with its place' "$err" \
    "$tmp/bad:23: record 1: the token passes the end of its record"
{ echo noise; cat "$tmp/exec"; } >"$tmp/late"
run "$BSMTRACE" print -pn --strict "$tmp/late"
is 'a trail may begin in the middle' "$rc$err" 0
is 'and is printed from its first record' "$out" "$text"

run "$BSMTRACE" print -xn --utc "$tmp/text"
is 'a record is an element of XML' "$out" "<?xml version='1.0' ?>
<audit>
<record version=\"11\" event=\"indir system call\" modifier=\"0\" time=\"Thu Jan  1 00:00:01 1970\" msec=\" + 2 msec\" >
<text>\\^[a</text>
</record>
</audit>"
is 'XML from standard input has its end, too' \
    "$("$BSMTRACE" print -xn --utc <"$tmp/text")" "$out"
: >"$tmp/empty"
run "$BSMTRACE" print -xl "$tmp/empty"
is 'XML of nothing is XML' "$out" "<?xml version='1.0' ?>
<audit>
</audit>"

# well_formed WHAT FILE: a real reader of XML agrees
well_formed()
{
	if command -v xmllint >/dev/null 2>&1; then
		xmllint --noout --huge "$2" 2>"$tmp/.err"
	elif command -v python3 >/dev/null 2>&1; then
		python3 -c 'import sys, xml.dom.minidom as m
m.parse(sys.argv[1])' "$2" 2>"$tmp/.err"
	else
		skip "$1" 'neither xmllint nor python3 is here'
		return
	fi
	if rc=$?; [ $rc -eq 0 ]; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 3 "$tmp/.err")"
	fi
}
for t in exec text two bad noisy late empty; do
	for flags in -x -xl -xr; do
		"$BSMTRACE" print $flags "$tmp/$t" >"$tmp/xml" 2>/dev/null
		well_formed "print $flags $t is well-formed" "$tmp/xml"
	done
done
dd if=/dev/urandom bs=1024 count=64 2>/dev/null >"$tmp/random"
cat "$tmp/random" "$tmp/two" "$tmp/random" "$tmp/exec" >"$tmp/hostile"
"$BSMTRACE" print -x "$tmp/hostile" >"$tmp/xml" 2>/dev/null
well_formed 'so are records among garbage' "$tmp/xml"

run "$BSMTRACE" print -n --columns time,event,auid,path,args "$tmp/exec"
is 'a table of chosen fields' "$out" 'time,event,auid,path,args
2021-10-14T11:20:59.548Z,AUE_EXECVE,900811,/bin/date,date +%s'
run "$BSMTRACE" print --tsv --columns path,text "$tmp/two"
is 'a table with tabs' "$out" "$(printf 'path\ttext\n/bin/date\t\n\t\\x1ba')"
run "$BSMTRACE" print --csv "$tmp/text"
is 'the usual columns' "$(echo "$out" | head -n 1)" \
    'time,event,auid,euid,pid,session,address,path,error'
run "$BSMTRACE" print --columns time,pth "$tmp/text"
is 'a column that no token has is wrong usage' "$rc$out" 2
has 'and is named' "$err" "no token has a field 'pth'"
run "$BSMTRACE" print -j -x "$tmp/text"
is 'one form at a time' "$rc$out" 2

mkdir -p "$tmp/image/etc"
echo 'otto:x:900811:0::/:/bin/sh' >"$tmp/image/etc/passwd"
echo 'staff:*:900811:' >"$tmp/image/etc/group"
run "$BSMTRACE" print --root "$tmp/image" "$tmp/exec"
is 'users and groups of an image' "$(echo "$out" | grep ^subject)" \
    'subject,otto,otto,staff,otto,staff,1793,1768,47194,192.168.23.134'
run "$BSMTRACE" print --root "$tmp/nowhere" "$tmp/exec"
is 'an image without users' "$rc$out" 1
has 'is told' "$err" "$tmp/nowhere/etc/passwd: No such file or directory"

cp "$tmp/exec" "$tmp/grows"
"$BSMTRACE" print -n --utc --follow "$tmp/grows" >"$tmp/followed" &
pid=$!
sleep 1
cat "$tmp/text" >>"$tmp/grows"
sleep 2
kill "$pid"
wait "$pid" 2>/dev/null
is 'a growing trail is followed' "$(tail -n 1 "$tmp/followed")" 'trailer,31'

ln -s "$BSMTRACE" "$tmp/praudit"
run "$tmp/praudit" -n "$tmp/exec"
is 'praudit prints the same' "$rc$out" "0$text"
run "$tmp/praudit" -rs "$tmp/exec"
is 'wrong usage of praudit has its status' "$rc$out" 1
has 'and its usage' "$err" 'usage: praudit [-lnpx] [-r | -s] [-d del] [file ...]'
run "$tmp/praudit" -
is 'praudit takes - for a file' "$rc$out" 1
bytes 14 00 00 00 21 02 00 00 00 00 00 00 00 01 00 00 00 02 \
    3a 00 00 00 01 00 00 00 13 b1 05 00 00 00 21 >"$tmp/liaison"
has 'it does not know tokens that praudit does not' \
    "$("$tmp/praudit" -n "$tmp/liaison")" 'unknown,0x'
has 'which print shows' "$("$BSMTRACE" print -n "$tmp/liaison" 2>&1)" \
    'liaison,1'

run "$BSMTRACE" print -j "$tmp/text"
is 'a record is a line of JSON' "$out" \
    '{"time":"1970-01-01T00:00:01.002Z","event":"AUE_NULL","source":"'"$tmp"'/text","offset":0,"tokens":[{"token":"header32","size":31,"version":11,"event":0,"modifier":0,"seconds":1,"fraction":2},{"token":"text","text":"\u001ba"},{"token":"trailer","size":31}]}'
for t in exec text two bad noisy late; do
	"$BSMTRACE" print -j "$tmp/$t" 2>/dev/null | "$BSMTRACE" make \
	    >"$tmp/again"
	same "$t comes back from JSON bit for bit" "$tmp/$t" "$tmp/again"
done

echo '{"event":"AUE_su","tokens":[{"token":"return32","error":1}]}' \
    >"$tmp/su.json"
run "$BSMTRACE" make -o "$tmp/su" "$tmp/su.json"
is 'make has nothing to say' "$rc$out$err" 0
is 'what was made can be printed' "$("$BSMTRACE" print -s --utc "$tmp/su")" \
    'header,31,11,AUE_su,0,Thu Jan  1 00:00:00 1970, + 0 msec
return,failure : Operation not permitted,0
trailer,31'
{ cat "$tmp/su.json"; echo; echo '{"tokens":[{"token":"pth"}]}'; } \
    >"$tmp/bad.json"
"$BSMTRACE" make "$tmp/bad.json" >"$tmp/part" 2>"$tmp/.err"
is 'make stops at a wrong line' "$?" 1
has 'names it and what may be meant' "$(cat "$tmp/.err")" \
    "$tmp/bad.json:3: token 1: no token is called 'pth'; did you mean 'path'?"
same 'and has written what stands before' "$tmp/su" "$tmp/part"
is 'input without a newline at its end' \
    "$(printf %s "$(cat "$tmp/su.json")" | "$BSMTRACE" make | wc -c)" \
    "$(wc -c <"$tmp/su")"
run "$BSMTRACE" make "$tmp/missing"
is 'make needs its input' "$rc" 1

# A link in the image means what it means there, not here.
mkdir -p "$tmp/image/private"
mv "$tmp/image/etc/passwd" "$tmp/image/private/users"
ln -s /private/users "$tmp/image/etc/passwd"
run "$BSMTRACE" print --root "$tmp/image" "$tmp/exec"
has 'an absolute link in an image leads into the image' "$out" \
    'subject,otto,otto,staff,'
ln -sf /etc/passwd "$tmp/image/etc/passwd"
run "$BSMTRACE" print --root "$tmp/image" "$tmp/exec"
has 'and never to the files of this machine' "$err" \
    "$tmp/image/etc/passwd: Too many levels of symbolic links"

mkdir "$tmp/dir"
cp "$tmp/exec" "$tmp/dir/20211014000000.20211015000000"
run "$BSMTRACE" print -n "$tmp/dir"
is 'a directory is its trails' "$out" "$text"
run "$tmp/praudit" -n "$tmp/dir"
is 'praudit finds nothing in one' "$rc$out$err" 0
run "$tmp/praudit" -x "$tmp/dir"
is 'of which even XML is made' "$out" "<?xml version='1.0' ?>
<audit>
</audit>"

for n in 0 17 x 1x ''; do
	run "$BSMTRACE" print --threads "$n" "$tmp/exec"
	is "--threads '$n' is wrong usage" "$rc$out" 2
done

if script -qec true /dev/null >/dev/null 2>&1; then
	said()
	{
		script -qec "'$BSMTRACE' print -n $1 '$tmp/exec' >/dev/null" \
		    /dev/null </dev/null | tr -d '\r' | grep -c platform
	}
	case $(uname -s) in
	FreeBSD|Darwin)	want=0 ;;
	*)		want=1 ;;
	esac
	is 'whose names were used is said once, to a terminal' "$(said '')" \
	    "$want"
	is 'but not when it was told' "$(said '--platform macos')" 0
	is 'or no names were used' "$(said -r)" 0
else
	skip 'whose names were used is said once' 'no script(1) as on Linux'
fi

# Longer trails: one with damage all over, and one to be cut short.
"$BSMTRACE" make -o "$tmp/su" "$tmp/su.json"
cat "$tmp/two" "$tmp/noisy" "$tmp/bad" "$tmp/su" "$tmp/random" >"$tmp/some"
i=0
while [ $i -lt 6 ]; do
	cat "$tmp/some" "$tmp/some" >"$tmp/.two"
	mv "$tmp/.two" "$tmp/some"
	i=$((i + 1))
done
i=0
while [ $i -lt 12 ]; do
	cat "$tmp/two" "$tmp/two" >"$tmp/.two"
	mv "$tmp/.two" "$tmp/two"
	i=$((i + 1))
done

# What is written and what is said, in one file, on any number of threads.
for flags in -n -x -j '-ps' '--columns time,path,args'; do
	# shellcheck disable=SC2086
	for t in "$tmp/some" "$TOP"/tests/data/hostile/*.bsm; do
		"$BSMTRACE" print $flags --threads 1 "$t" "$tmp/two" "$t" \
		    >"$tmp/one" 2>&1
		for n in 2 7; do
			"$BSMTRACE" print $flags --threads $n "$t" "$tmp/two" \
			    "$t" >"$tmp/many" 2>&1
			same "print $flags ${t##*/} on $n threads" "$tmp/one" \
			    "$tmp/many"
		done
	done
done
"$BSMTRACE" print --threads 1 - <"$tmp/two" >"$tmp/one"
cat "$tmp/two" | "$BSMTRACE" print --threads 3 - >"$tmp/many"
same 'a pipe may be formatted on threads, too' "$tmp/one" "$tmp/many"

for n in 1 3; do
	{ "$BSMTRACE" print --threads $n "$tmp/two" 2>"$tmp/.err"
	    echo $? >"$tmp/rc"; } | head -n 1 >/dev/null
	is "nobody is told when the pipe is closed (on $n)" \
	    "$(cat "$tmp/.err" "$tmp/rc")" 0
done
if [ -w /dev/full ]; then
	"$BSMTRACE" print "$tmp/two" >/dev/full 2>"$tmp/.err"
	is 'any other failure to write is one' "$?" 1
	is 'and is told once' "$(cat "$tmp/.err")" \
	    'bsmtrace: standard output: No space left on device'
else
	skip 'any other failure to write is one' 'no /dev/full'
fi
# Also when nothing more comes that could be written.
mkfifo "$tmp/fifo"
{ cat "$tmp/exec"; sleep 30; } >"$tmp/fifo" 2>/dev/null &
sleeper=$!
{ "$BSMTRACE" print -n "$tmp/fifo" 2>"$tmp/.err"; echo $? >"$tmp/rc"; } |
    head -n 1 >/dev/null
is 'a reader who goes is noticed while waiting' \
    "$(cat "$tmp/.err" "$tmp/rc"; kill -0 $sleeper && echo waiting)" '0
waiting'
kill $sleeper
wait $sleeper 2>/dev/null

# A trail that changes while it is read: the first line has come, and the pipe
# is full.
changed()	# COMMAND...
{
	cp "$tmp/two" "$tmp/victim"
	rm -f "$tmp/rest"
	{ "$BSMTRACE" print -n "$tmp/victim" 2>"$tmp/.err"
	    echo $? >"$tmp/rc"; } |
	    { read -r _; "$@" "$tmp/victim"; cat >"$tmp/rest"; }
	lines=$(wc -l <"$tmp/rest")
}
"$BSMTRACE" print -n "$tmp/two" >"$tmp/one"
changed rm
is 'a trail that is removed while it is read is read to its end' \
    "$(cat "$tmp/rc" "$tmp/.err")-$((lines + 1))" "0-$(wc -l <"$tmp/one")"
shorten() { dd if=/dev/null of="$1" bs=1 seek=100 2>/dev/null; }
changed shorten
is 'one that is cut short ends where it ends now' "$(cat "$tmp/rc")" 0
if [ "$((lines + 1))" -lt "$(wc -l <"$tmp/one")" ]; then
	ok '... and what was read is printed'
else
	not_ok '... and what was read is printed' "$lines lines"
fi

gzip -c "$tmp/two" >"$tmp/two.gz"
run "$BSMTRACE" print -n "$tmp/two.gz"
is 'a compressed trail is printed like any other' "$out" "$(cat "$tmp/one")"
head -c 900 "$tmp/two.gz" >"$tmp/cut.gz"
run "$BSMTRACE" print -n "$tmp/cut.gz"
is 'one that is cut short fails' "$rc" 1
has '... says so' "$err" "$tmp/cut.gz: the gzip data is cut short"
is '... and is printed as far as it goes' "$(echo "$out" | head -n 7)" "$text"

# The directory as it grows: what is closed, then what is being written.
now=20211016000000.not_terminated
cp "$tmp/text" "$tmp/dir/$now"
: >"$tmp/followed"		# it is looked at before the program begins
"$BSMTRACE" print -rl --follow "$tmp/dir" >"$tmp/followed" 2>"$tmp/.err" &
pid=$!
seen()		# N: wait until so many lines are there
{
	i=0
	while [ "$(wc -l <"$tmp/followed")" -lt "$1" ] && [ $i -lt 100 ]; do
		sleep 0.2
		i=$((i + 1))
	done
}
seen 2
cat "$tmp/su" >>"$tmp/dir/$now"
mv "$tmp/dir/$now" "$tmp/dir/20211016000000.20211017000000"
cat "$tmp/exec" >"$tmp/dir/20211017000000.not_terminated"
seen 4
kill "$pid"
wait "$pid" 2>/dev/null
is 'a directory is followed over the end of a trail' \
    "$(cut -d, -f2 "$tmp/followed" | tr '\n' ' ')" '124 31 31 124 '
is '... without a word' "$(cat "$tmp/.err")" ''

done_testing
