#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# profile.sh - `watch --profile` says where the time went, and changes nothing.

# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"

cat >"$tmp/rules" <<'EOF'
sequence outside {
	subject any;
	state {
		event <auditevent> { AUE_EXECVE; };
		status success;
		object <pcre> { /tool[0-9]*9$, nothing$; };
	};
};
sequence alone {
	subject any;
	state {
		event <auditevent> { AUE_OPEN_R; };
		status any;
		object <pcre> { "(?<!x)item[0-9]*7$", nothing$; };
	};
};
sequence never {
	subject any;
	state { event <auditevent> { AUE_REBOOT; }; status any; };
};
EOF
mkdir "$tmp/trails"
"$BSMTRACE_GEN" -n 40000 -o "$tmp/trails/20211014090822.20211014090902"
trail=$tmp/trails/20211014090822.20211014090902

watch()		# OPTIONS...
{
	{
		"$BSMTRACE" watch -F -f "$tmp/rules" "$@" >/dev/null
	} 2>&1
}
# What is no alert, and what is.
profile()
{
	echo "$1" | grep -v 'state machine: '
}
alerts()
{
	echo "$1" | grep 'state machine: '
}

plain=$(watch -a "$trail")
for how in '--threads 1' '--threads 2'; do
	# shellcheck disable=SC2086
	with=$(watch -a "$trail" --profile $how)
	is "the alerts are the same with $how" "$(alerts "$with")" \
	    "$(alerts "$plain")"
	has "all records are counted with $how" "$(profile "$with")" \
	    '40000 records took '
	has "the pass for all expressions is told with $how" \
	    "$(profile "$with")" 'regular expressions'
	has "what was done is told with $how" "$(profile "$with")" \
	    'predicates and live sequences'
	has "the dear rules are told with $how" "$(profile "$with")" \
	    "outside ($tmp/rules:1)"
	has "so are sets whose expressions have to be tried, with $how" \
	    "$(profile "$with")" '<pcre> { (?<!x)item[0-9]*7$, nothing$; }'
	is "a rule that nothing concerns is not, with $how" \
	    "$(profile "$with" | grep -c 'never')" 0
done
has 'a directory is no different' "$(watch -a "$tmp/trails" --profile)" \
    '40000 records took '
has 'nor is a stream' "$(watch -a - --profile <"$trail")" \
    '40000 records took '
: >"$tmp/nothing"
has 'nor is nothing' "$(watch -a "$tmp/nothing" --profile)" '0 records took '
is 'without the option nothing is said' "$(profile "$plain")" ''

done_testing
