#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# completion.sh - the tabulator key, in the shells that are installed: the
# scripts of share/completions are run in them as the shells run them.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
cd "$tmp" || exit 99

# Called by their names, with links that lead to the program and one that does
# not.
mkdir bin trails
ln -s "$BSMTRACE" bin/bsmtrace
ln -s bsmtrace bin/praudit
printf '#!/bin/sh\nexit 1\n' >bin/auditreduce
chmod +x bin/auditreduce
: >trails/one
: >trails/two
PATH=$tmp/bin:$PATH
export PATH

is 'the program answers with a kind and lines' \
    "$(bsmtrace --completion print --platform=m)" \
    'words	--platform=
--platform=macos'
is 'by the name of a link it answers for that' \
    "$(praudit --completion --deli | cut -f 1)" 'words
--delimiter'

# A row: words as they are typed, the last unfinished; what is offered.
cat >rows <<'END'
bsmtrace pr|print
bsmtrace wat|watch
bsmtrace --no-t|--no-triggers
bsmtrace print --onel|
bsmtrace print --one|--one-line
bsmtrace print --format|
bsmtrace print --platform m|macos
bsmtrace watch --platform m|macos
bsmtrace --format js|json
bsmtrace --format l|long
bsmtrace print -a trails/|trails/one trails/two
bsmtrace reduce -m AUE_EXECV|AUE_EXECVE AUE_EXECVEAT
bsmtrace reduce --event AUE_EXECVEA|AUE_EXECVEAT
bsmtrace reduce -vc lo,+ex|lo,+ex
bsmtrace reduce -o msgqi|msgqid=
bsmtrace reduce -o shmg|shmgroup=
bsmtrace reduce -u roo|root
bsmtrace reduce -- --ev|
bsmtrace make trails/o|trails/one
bsmtrace print --columns time,auid,pat|time,auid,path
bsmtrace print --columns error,ses|error,session
praudit --deli|--delimiter
END
# Where = stands in the word, the shells differ in what they replace.
cat >glued <<'END'
bsmtrace print --platform=m|--platform=macos
bsmtrace reduce --event=AUE_EXECVEA|--event=AUE_EXECVEAT
bsmtrace reduce -mAUE_EXECVEA|-mAUE_EXECVEAT
END

# try SHELL ROWS: the command `offers` tells what SHELL makes of a line.
try()
{
	while IFS='|' read -r line expected; do
		is "$1: $line" "$(offers "$line" | sort | tr '\n' ' ')" \
		    "$expected${expected:+ }"
	done <"$2"
}

if command -v bash >/dev/null; then
	cat >bash.sh <<'END'
source "$TOP/share/completions/bsmtrace.bash"
line=$1
# What bash itself does before it calls: divide, at = and : too.
set -f
IFS=' '
COMP_WORDS=(${line//=/ = })
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
word=${COMP_WORDS[COMP_CWORD]}
[[ $word == '=' ]] && word=''
function=$(complete -p "${COMP_WORDS[0]}" 2>/dev/null) || exit 0
set -- $function
"$3" "${COMP_WORDS[0]}" "$word" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
END
	offers()
	{
		TOP=$TOP bash --norc bash.sh "$1" | sed '/^$/d'
	}
	try bash rows
	is 'bash: an argument behind = stands for itself' \
	    "$(offers 'bsmtrace print --platform=m')" macos
	is 'bash: a path behind = too' \
	    "$(offers 'bsmtrace reduce -o file=trails/o')" trails/one
	is 'bash: an argument in the word of a letter is kept together' \
	    "$(offers 'bsmtrace -ftrails/o')" -ftrails/one
	is 'bash: what is no link to bsmtrace is left alone' \
	    "$(offers 'auditreduce --ev')" ''
else
	skip 'bash' 'no bash'
fi

if command -v fish >/dev/null; then
	offers()
	{
		HOME=$tmp fish -N -c "source '$TOP'/share/completions/*.fish
			complete -C '$1'" | cut -f 1
	}
	try fish rows
	try fish glued
	is 'fish: a path behind = is found' \
	    "$(offers 'bsmtrace reduce -o file=trails/o')" file=trails/one
	is 'fish: what is no link to bsmtrace is left alone' \
	    "$(offers 'auditreduce --ev')" ''
else
	skip 'fish' 'no fish'
fi

# zsh completes only at a terminal; its functions are replaced by some that say
# what they were asked for.
if command -v zsh >/dev/null; then
	cat >zsh.sh <<'END'
before=''
_describe() { print -rl -- ${${(P)argv[3]}%%:*} }
_files() { shift $#; print -rl -- $before${PREFIX#$before}*(N) }
_users() { print -rl -- root }
_default() { : }
compset() { before=${PREFIX[1,$2]} }
completion() { source $TOP/share/completions/_bsmtrace }
words=(${(s: :)1})
CURRENT=$#words
PREFIX=$words[-1]
service=$words[1]
completion
END
	offers()
	{
		TOP=$TOP zsh -f zsh.sh "$1" | sed '/^$/d'
	}
	sed '/trails/d' rows >quiet
	try zsh quiet
	try zsh glued
	is 'zsh: operands are files' "$(offers 'bsmtrace make trails/o')" \
	    trails/one
	is 'zsh: what is no link to bsmtrace is left alone' \
	    "$(offers 'auditreduce --ev')" ''
else
	skip 'zsh' 'no zsh'
fi

done_testing
