#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# smoke.sh BSMTRACE GEN BENCH - the measuring tools work; nothing is timed.

: "${TOP:=$(cd "$(dirname "$0")/.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
bsmtrace=$1
gen=$2
bench=$3

# A trail of 500 records with these options is 500 intact records.
intact()	# OPTIONS...
{
	"$gen" -n 500 "$@" -o "$tmp/trail" || return
	"$bsmtrace" print -j "$tmp/trail" >"$tmp/json" 2>"$tmp/err"
	is "500 records with ${*:-no options} are all intact" \
	    "$(grep -c '"event":' "$tmp/json") $(wc -c <"$tmp/err" | tr -d ' ')" \
	    '500 0'
}
intact
intact --events all --fail 50
intact --v6 50 --zones 3
intact --solaris
intact --solaris --v6 100
intact --size tiny
intact --size huge
intact --sweep --users 300
intact --deep 80 --new-inodes
intact --apart 65536

"$gen" -n 500 -s 7 -o "$tmp/one"
"$gen" -n 500 -s 7 -o "$tmp/two"
"$gen" -n 500 -s 8 -o "$tmp/three"
is 'the same seed makes the same bytes' "$(cksum <"$tmp/one")" \
    "$(cksum <"$tmp/two")"
if cmp -s "$tmp/one" "$tmp/three"; then
	not_ok 'another seed makes others'
else
	ok 'another seed makes others'
fi

# The first records of a sweep are one of each user, in order.
"$gen" -n 5 --sweep --users 5 -o "$tmp/trail"
is 'a sweep begins with each user in order' \
    "$("$bsmtrace" print -j "$tmp/trail" |
	sed 's/.*"auid":\([0-9]*\).*/\1/' | tr '\n' ' ')" \
    '1001 1002 1003 1004 1005 '

"$gen" -n 1 --start 60 -o "$tmp/trail"
has 'a trail starts when it is told to' \
    "$("$bsmtrace" print -j "$tmp/trail")" '"seconds":60,'

for bad in '-n x' '-f 101' '-u 0' '--apart 0' '--events some' '--size large' '--nothing' \
    'file'; do
	# shellcheck disable=SC2086
	"$gen" $bad >/dev/null 2>"$tmp/err"
	is "bsmtrace-gen $bad is refused" "$?" 2
done

mkdir "$tmp/trails"
sh "$TOP/bench/trails.sh" "$gen" "$tmp/trails" 500 20 50 100
out=$("$bench" -p "$bsmtrace" -r 1 -o "$tmp/bench.json" "$tmp/trails" \
    2>"$tmp/err")
is 'every row is measured' "$? $(cat "$tmp/err")" '0 '
has 'the table has the usual rules' "$out" 'five usual rules by class'
is 'the JSON file has a ratio for each row but that of wc' \
    "$(tr '{' '\n' <"$tmp/bench.json" | grep -c '"here_ratio":')" \
    "$(($(tr '{' '\n' <"$tmp/bench.json" | grep -c '"trail":') - 1))"
out=$("$bench" -p "$bsmtrace" -q "$bsmtrace" -r 1 -w 'four usual' \
    "$tmp/trails" 2>"$tmp/err")
is 'a program is compared with another' "$? $(cat "$tmp/err")" '0 '
has 'the comparison names its rows' "$out" 'four usual rules, new inodes'
"$bench" -p "$bsmtrace" -q false -r 1 -w 'four usual' "$tmp/trails" \
    >"$tmp/out" 2>&1
has 'what the other one cannot do is said' "$(cat "$tmp/out")" \
    'the old one cannot'
# Instructions, as one counts them who is told what to say: of E 2 a record, and
# of the row what $ROW says.
mkdir "$tmp/bin"
cat >"$tmp/bin/valgrind" <<'EOF'
#!/bin/sh
case "$*" in
--version)	exit 0 ;;
*' -x 1 '*)	n=5,000 ;;
*' -x 2 '*)	n=6,000 ;;
*/nothing.bsm*)	n=5,000 ;;
*)		n=$ROW ;;
esac
echo "==1== I   refs:      $n" >&9
EOF
chmod +x "$tmp/bin/valgrind"
counted()	# FLAG INSTRUCTIONS
{
	PATH=$tmp/bin:$PATH ROW=$2 "$bench" "$1" "$tmp/figures" \
	    -p "$bsmtrace" -w 'selecting by event' "$tmp/trails" 2>&1
}
out=$(counted -u 7,000)
is 'instructions are counted for the first time' "$?" 0
has 'what was counted is kept' "$(cat "$tmp/figures")" \
    '   2.000 selecting by event'
out=$(counted -c 7,080)
is 'a few instructions more are let pass' "$? $(echo "$out" | tail -n 1)" \
    '0 1..1'
out=$(counted -c 7,120)
is 'too many are not' "$?" 1
has 'it is said which, and how much' "$out" "not ok 1 - instructions of \
'selecting by event': 2.120 E, 2.000 before: 6.0 % more"
has 'and how to renew the figures' "$out" 'script/bench --instructions --update'
out=$(counted -c 6,800)
is 'fewer are good' "$?" 0
has 'but they should be noted' "$out" '# Fewer than before'
sed 's/^compiler.*/compiler of another kind/' "$tmp/figures" >"$tmp/others"
mv "$tmp/others" "$tmp/figures"
counted -c 7,480 >/dev/null
is 'another compiler may need more' "$?" 0
counted -c 7,520 >/dev/null
is 'but not any number' "$?" 1
sed '/selecting/d' "$tmp/figures" >"$tmp/others"
mv "$tmp/others" "$tmp/figures"
counted -c 7,000 >/dev/null
is 'a row without a figure is a failure' "$?" 1

printf 'not a trail' >"$tmp/trails/usual.bsm"
"$bench" -r 1 "$tmp/trails" >/dev/null 2>"$tmp/err"
is 'a trail that bsmtrace-gen has not made is refused' "$?" 1

done_testing
