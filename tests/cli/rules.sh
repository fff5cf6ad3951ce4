#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# rules.sh - the rules that we ship: they are clean, their tests pass, and the
# trails made of these tests raise the same alerts when all rules watch.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
rules=$TOP/rules
LC_ALL=C
export LC_ALL

# Files that stand alone end in .conf; the others are included by them.
for f in "$rules"/*.conf; do
	run "$BSMTRACE" check "$f"
	is "check: $(basename "$f") has neither errors nor warnings" \
	    "$rc:$err:$(printf '%s\n' "$out" | sed -n 's/.* rules, //p')" \
	    '0::0 errors, 0 warnings'
	run "$BSMTRACE" -n -f "$f"
	is "-n: $(basename "$f") can be watched with" "$rc:$err" '0:'
done
run "$BSMTRACE" test "$rules/"
is 'test: all pass' "$rc:$err" '0:'
lacks 'test: none fails' "$out" FAIL
has 'test: there are some' "$out" 'ok   login.guessed'

main=$rules/bsmtrace.conf
is 'every *.rules file is included by bsmtrace.conf' \
    "$(sed -n 's/^include \(.*\);$/\1/p' "$main" | sort)" \
    "$(cd "$rules" && ls -- *.rules)"
is 'and is installed' \
    "$(sed -n "s/^	'\(.*\.rules\)',\$/\1/p" "$rules/meson.build" | sort)" \
    "$(cd "$rules" && ls -- *.rules)"

# What an alert carries, and what a rule needs to deserve it.
run awk '
/^sequence / { label = $2; words = " " }
/^	(description|tags|remedy|priority) / { words = words $1 " " }
/^};/ && label != "" {
	n = split("description tags remedy priority", wanted, " ")
	for (i = 1; i <= n; i++)
		if (index(words, " " wanted[i] " ") == 0)
			print label ": no " wanted[i]
	label = ""
}' "$rules"/*.rules
is 'each rule has a description, tags, a remedy and a priority' "$out" ''

# LABEL.N and the alerts that it expects, in all.
awk '
/^test /	{ label = $2; n = 0 }
/^	expect /	{ n += $2 }
/^};/ && label != "" {
	print label "." ++count[label], n
	label = ""
}' "$rules"/*.rules | sort >"$tmp/expected"
run awk '
{
	sub(/\.[0-9]+$/, "", $1)
	seen[$1] = 1
	$2 > 0 ? hits[$1]++ : misses[$1]++
}
END {
	for (label in seen)
		if (!hits[label] || !misses[label])
			print label
}' "$tmp/expected"
is 'each rule has a test that hits and one that nearly does' "$out" ''
is 'each rule has tests' \
    "$(sed 's/\.[0-9]* .*//' "$tmp/expected" | sort -u)" \
    "$(sed -n 's/^sequence \(.*\) {$/\1/p' "$rules"/*.rules | sort)"

is 'docs/rules-by-example.md names each rule with its priority' \
    "$(sed -n 's/^\* `\([a-z.]*\)` \([0-9]*\): .*/\1 \2/p' \
	"$TOP/docs/rules-by-example.md" | sort)" \
    "$(awk '/^sequence / { label = $2 }
	/^	priority / { print label, $2 + 0 }' "$rules"/*.rules | sort)"

mkdir "$tmp/trails"
run "$BSMTRACE" test --trails "$tmp/trails" "$main"
is 'a trail for each test' \
    "$rc:$err:$(printf '%s\n' "$out" |
	sed -n "s,^$tmp/trails/\(.*\)\.bsm\$,\1,p" | sort)" \
    "0::$(sed 's/ .*//' "$tmp/expected")"
while read -r name n; do
	label=${name%.*}
	run "$BSMTRACE" -F -f "$main" -a "$tmp/trails/$name.bsm"
	alerts=$(printf '%s\n' "$err" |
	    grep -cF " state machine: $label subject: ")
	strange=$(printf '%s\n' "$err" |
	    grep -vE '^$|^[0-9.]+ state machine: ')
	is "$name.bsm: $n of $label" "$rc:$alerts:$strange" "0:$n:"
done <"$tmp/expected"

# Results for build servers.
cd "$tmp" || exit 99
cat >'a<&".conf' <<'END'
sequence good { subject any; state { event any; status any; }; };
sequence "b<>&\"
d" { subject any; state { event any; status any; }; };
test good { record AUE_EXIT auid 1 success; expect 1; };
test "b<>&\"
d" { record AUE_EXIT auid 1 success; expect 0; };
END
echo 'sequence <' >broken.conf
run "$BSMTRACE" test --junit results.xml 'a<&".conf' broken.conf
is 'test --junit: the exit status is that of the tests' "$rc" 1
has 'test --junit: the counts' "$(cat results.xml)" \
    'tests="3" failures="1" errors="1"'
has 'test --junit: what failed and why' "$(cat results.xml)" \
    'expected 0 alerts, got 1'
if command -v xmllint >/dev/null; then
	run xmllint --noout results.xml
	is 'test --junit: well-formed' "$rc:$err" '0:'
else
	skip 'test --junit: well-formed' 'no xmllint'
fi
run "$BSMTRACE" test --junit nowhere/results.xml broken.conf
has 'test --junit: that it cannot be written is said' "$rc:$err" \
    'nowhere/results.xml: '
run "$BSMTRACE" test --junit x.xml --trails . broken.conf
is 'test --junit: not with --trails' "$rc" 2

done_testing
