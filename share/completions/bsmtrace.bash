# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# bash completion of bsmtrace, and of praudit and auditreduce where these are
# links to it. The program knows its options: it is asked. For bash 3.2 too.

_bsmtrace()
{
	local -a words
	local i n=0 word answer glue='' before=''

	# bash takes words apart at = and : as well.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $n -gt 0 && ( $word == [=:]* || -n $glue ) ]]; then
			before=${words[n - 1]}
			[[ $word == [=:]* ]] && before=$before$word
			words[n - 1]+=$word
		else
			before=''
			words[n++]=$word
		fi
		glue=''
		[[ $word == [=:]* ]] && glue=1
	done

	COMPREPLY=()
	{
		IFS=$'\t' read -r answer glue
		while IFS=$'\t' read -r word _; do
			COMPREPLY+=("${word#"$before"}")
		done
	} < <("$1" --completion "${words[@]}" 2>/dev/null)

	# What an option and its argument in one word begin with is put back.
	word=${words[n - 1]#"$glue"}
	glue=${glue#"$before"}
	case $answer in
	open)	compopt -o nospace 2>/dev/null ;;
	files)	if [[ -n $glue ]] || ! compopt -o default 2>/dev/null; then
			_bsmtrace_generate -f
		fi ;;
	directories)
		if [[ -n $glue ]] || ! compopt -o dirnames 2>/dev/null; then
			_bsmtrace_generate -d
		fi ;;
	users)	_bsmtrace_generate -u ;;
	groups)	_bsmtrace_generate -g ;;
	esac
}

_bsmtrace_generate()	# KIND
{
	local found

	while IFS= read -r found; do
		COMPREPLY+=("$glue$found")
	done < <(compgen "$1" -- "$word")
}

complete -F _bsmtrace bsmtrace
for _bsmtrace_link in praudit auditreduce; do
	if [[ $(type -P $_bsmtrace_link) -ef $(type -P bsmtrace) ]]; then
		complete -F _bsmtrace $_bsmtrace_link
	fi
done
unset _bsmtrace_link
