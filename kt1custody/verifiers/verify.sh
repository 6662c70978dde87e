#!/bin/sh
# Verifies the dossier of one item out of a KT1 log, with nothing but a shell, awk and openssl.
#
#     sh verify.sh [FOLDER] [--genesis HASH] [--anchor CODE] [--against FILE]
#
# CODE is a typed code of a checkpoint; FILE a signed checkpoint, a proof, a receipt, a file of
# receipts or a time stamp <size>.tsr; both may be given any number of times. Needs a POSIX shell
# and awk, OpenSSL 3, and od or xxd. Shares no code with the program that wrote the folder, and does
# not judge custody. Exit codes: 0 KHỚP, 3 KHÔNG ĐỦ, 4 THIẾU or SAI, 2 no dossier or a wrong
# command, 5 OpenSSL is missing or too old.
#
# awk reads the files as hexadecimal text and asks; openssl answers (hashes, signatures, HMAC); awk
# is run again with the answers until it asks nothing more. Nothing that a file says is ever run.

set -u
LC_ALL=C
export LC_ALL
unset CDPATH
umask 077

fail() { # code, words
	printf '%s\n' "$2" >&2
	exit "$1"
}

WORK=${TMPDIR:-/tmp}/kt1-verify.$$
mkdir "$WORK" || exit 2
trap 'rm -rf "$WORK"' EXIT
trap 'exit 2' HUP INT TERM
: > "$WORK/facts"

# --- the command ---

folder='' genesis=- count=0
while [ $# -gt 0 ]; do
	case $1 in
	--genesis)
		genesis=$(printf '%s' "${2-}" | tr -d ' ' | tr 'A-F' 'a-f')
		case $genesis in *[!0-9a-f]*) genesis='' ;; esac
		[ ${#genesis} -eq 64 ] || fail 2 'Mã băm gốc phải có 64 chữ số / A genesis hash has 64 hex digits'
		shift 2
		;;
	--anchor)
		[ $# -ge 2 ] || fail 2 "Không hiểu / Not understood: $1"
		code=$2
		shift 2
		while [ $# -gt 0 ] && [ ${#code} -lt 48 ]; do # its groups may come as words of their own
			case $1 in [0-9][0-9][0-9][0-9][0-9][0-9]) code="$code $1" ;; *) break ;; esac
			shift
		done
		# Spaces, dots and dashes of any kind are passed over.
		code=$(printf '%s' "$code" | tr -d ' \t\n.\302\267\342\200\223\224-')
		case $code in '' | *[!0-9]*) code=- ;; esac
		printf 'anchor %s\n' "$code" >> "$WORK/facts"
		;;
	--against)
		[ $# -ge 2 ] || fail 2 "Không hiểu / Not understood: $1"
		count=$((count + 1))
		case $2 in /*) ln -s "$2" "$WORK/evidence.$count" ;; *) ln -s "$PWD/$2" "$WORK/evidence.$count" ;; esac
		printf '%s' "$2" | tr '\000-\040\177' '?' > "$WORK/name.$count"
		shift 2
		;;
	-*) fail 2 "Không hiểu / Not understood: $1" ;;
	*)
		[ -z "$folder" ] || fail 2 'Chỉ một thư mục / One folder only'
		folder=$1
		shift
		;;
	esac
done

case $(openssl version 2> /dev/null) in
"OpenSSL "[3-9].* | "OpenSSL "[1-9][0-9].*) : ;;
*) fail 5 'Cần OpenSSL 3 trở lên / OpenSSL 3 or newer is needed' ;;
esac
od=$(command -v od)
[ -n "$od" ] || command -v xxd > /dev/null || fail 5 'Cần od hoặc xxd / od or xxd is needed'
bytes() { if [ -n "$od" ]; then od -An -v -tx1; else xxd -p; fi; }
hex() { bytes | tr -d ' \n'; }
[ -n "$folder" ] || folder=$(dirname "$0")
case $folder in -*) folder=./$folder ;; esac
if [ ! -d "$folder" ] || ! cd "$folder"; then
	fail 2 "Không phải hồ sơ / No dossier: $folder"
fi
if [ ! -e item.txt ] && [ ! -d entries ]; then
	fail 2 "Không phải hồ sơ; gói cả nhật ký dùng verify.py / No dossier; for a bundle use verify.py: $folder"
fi

# --- the files: plain ones with plain names, and their sums ---

{
	find . ! -type d ! -type f
	find . -type f -size +131072 # of 512 bytes: 64 MiB
} | awk '{ gsub(/[^!-~]/, "?"); print "found bundle-file plain-file-of-64-MiB " $0 }' >> "$WORK/facts"
find . -type f ! -size +131072 | sort > "$WORK/all"
grep '^[.]/[A-Za-z0-9._/-]*$' "$WORK/all" > "$WORK/plain"
xargs openssl dgst -sha256 -r < "$WORK/plain" > "$WORK/sums" 2> /dev/null
big=$(find . -type f -size +2048 | tr '\n' '|') # 1 MiB: nothing that is read here is so large
strange=$(tr -d '\n -~' 2> /dev/null < SHA256SUMS | wc -c)
[ "$(tail -c 1 SHA256SUMS 2> /dev/null | hex)" = 0a ] || strange=1
[ -f SHA256SUMS ] || : > "$WORK/none"
awk -v strange="$((strange))" '
	NR == FNR { if (FILENAME ~ /all$/) got[substr($0, 3)] = 1; next }
	FILENAME ~ /sums$/ { sum[substr($2, 4)] = $1; next }
	{
		name = substr($0, 67)
		if (substr($0, 65, 2) != "  " || name !~ /^[A-Za-z0-9._\/-]+$/ || "." name <= before) strange = 1
		before = "." name; listed[name] = substr($0, 1, 64)
	}
	END {
		if (strange) print "found bundle-sum SHA256SUMS-sorted,-one-line-a-file differs"
		for (name in listed) if (!(name in got) && name ~ /^[!-~]+$/) print "lost", name
		for (name in got) {
			told = name; gsub(/[^!-~]/, "?", told)
			if (name == "SHA256SUMS") continue
			if (!(name in listed)) print "found bundle-sum", told, "not-listed"
			else if (sum[name] != listed[name]) print "found bundle-sum", told, "differs"
			if (name in sum) print "file", name, sum[name]
		}
	}' "$WORK/all" "$WORK/sums" "$([ -f SHA256SUMS ] && echo ./SHA256SUMS || echo "$WORK/none")" >> "$WORK/facts"

# --- what is in them, as hexadecimal text ---

# Lines: words that say what a file is, and its name; entries by position.
awk -v big="|$big" '
	{ name = $0; base = name; sub(/^.*\//, "", base); below = name; sub(/^[.]\/[a-z]*\//, "", below); seq = 0; what = "" }
	name == "./item.txt" { what = "item" }
	name == "./policy.tlog-policy" { what = "policy" }
	name ~ /^[.]\/logs\/.*\/checkpoint$/ { what = "checkpoint " substr(below, 1, length(below) - 11) }
	name ~ /^[.]\/keys\// { what = "pem " below }
	name ~ /^[.]\/tsa\// { what = "stamp " below }
	name ~ /^[.]\/disclose\// { what = "record " below }
	name ~ /^[.]\/entries\// {
		if (below ~ /^[^\/]*[.]entry$/) { sub(/[.]entry$/, "", base); what = "entry " base; seq = base }
		else if (below ~ /^[^\/]*[.]tlog-proof$/) { sub(/[.]tlog-proof$/, "", base); what = "proof " base }
		else print "found bundle-file entry-or-proof", name > "/dev/stderr"
	}
	what != "" { print seq, (index(big, "|" name "|") ? "big" : "read"), name, what }
' "$WORK/plain" 2>> "$WORK/facts" | sort -n > "$WORK/list"
sed -n 's/^[^ ]* big [^ ]* \(.*\)$/\1 00/p' "$WORK/list" >> "$WORK/facts"
sed -n 's/^[^ ]* read \([^ ]*\) .*$/\1/p' "$WORK/list" > "$WORK/names"
sed -n 's/^[^ ]* read [^ ]* //p' "$WORK/list" > "$WORK/whats"
xargs wc -c < "$WORK/names" | awk '$2 != "total" { print $1 }' > "$WORK/sizes"
[ -s "$WORK/names" ] && xargs cat < "$WORK/names" | bytes | awk '
	FILENAME ~ /whats$/ { what[++n] = $0; next }
	FILENAME ~ /sizes$/ { left[++m] = 2 * $1; next }
	function begin() { while (++k <= n) { printf "%s ", what[k]; if (left[k]) return; print "" } }
	!k { begin() }
	{
		gsub(/[^0-9a-f]/, "")
		for (at = 1; at <= length($0) && k <= n; at += take) {
			take = length($0) - at + 1; if (take > left[k]) take = left[k]
			printf "%s", substr($0, at, take)
			left[k] -= take
			if (!left[k]) { print ""; begin() }
		}
	}
	END { if (!k) begin() }' "$WORK/whats" "$WORK/sizes" - >> "$WORK/facts"

{
	printf 'want %s\n' "$genesis"
	sed -n 's|^[.]/logs/\(.*\)/checkpoint$|\1|p; s|^[.]/logs/\(.*\)/tile/[a-z0-9]*/.*$|\1|p' "$WORK/plain" | sort -u |
		awk '{ n = $0; if (!sub(/^.*\/e/, "", n) || n !~ /^[0-9]+$/) n = 0; print n + 0, $0 }' | sort -n | sed 's/^[0-9]* /home /'
	while [ "$count" -gt 0 ]; do
		printf 'evidence %s ' "$(cat "$WORK/name.$count")"
		if [ -f "$WORK/evidence.$count" ] && [ "$(wc -c < "$WORK/evidence.$count")" -le 1048576 ]; then
			hex < "$WORK/evidence.$count"
		else
			printf '00'
		fi
		printf '\n'
		count=$((count - 1))
	done
} >> "$WORK/facts" 2> /dev/null

# --- awk: what is read ---

cat > "$WORK/lib.awk" << 'EOF'
# --- bytes, as hexadecimal text ---

BEGIN {
	CONVFMT = OFMT = "%.17g"
	for (i = 0; i < 256; i++) { B[sprintf("%02x", i)] = i; HEX[i] = sprintf("%02x", i) }
	for (i = 32; i < 127; i++) { c = sprintf("%c", i); CHAR[HEX[i]] = c; OF[c] = HEX[i] }
	OF["\n"] = "0a"
	B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for (i = 1; i <= 64; i++) SIX[OF[substr(B64, i, 1)]] = i - 1
	split("0317598642 7092154863 4206871359 1750983426 6123045978 3674209581 5869720134 " \
		"8945362017 9438617205 2581436790", DAMM, " ")
	h = "[0-9a-f]"; t = "[89ab]" h
	UTF8 = "^([0-7]" h "|c[2-9a-f]" t "|d" h t "|e0[ab]" h t "|e[1-9abcef]" t t "|ed[89]" h t \
		"|f0[9ab]" h t t "|f[123]" t t t "|f48" h t t ")*$"
}

function hx(told,   i, hex) {  # of ASCII text
	if (!(told in HXED)) {
		for (i = 1; i <= length(told); i++) hex = hex OF[substr(told, i, 1)]
		HXED[told] = hex ""
	}
	return HXED[told]
}

function ascii(hex,   i, told) {  # what is not plain ASCII becomes something that equals no word
	if (hex !~ /^([2-6][0-9a-f]|7[0-9a-e])*$/) return "\1" hex
	for (i = 1; i < length(hex); i += 2) told = told CHAR[substr(hex, i, 2)]
	return told ""
}

function number(hex,   i, v) {
	for (i = 1; i < length(hex); i += 2) v = v * 256 + B[substr(hex, i, 2)]
	return v + 0
}

function octal(hex, file,   i, j, v, part, told) {  # as printf takes it, piece by piece
	for (i = 1; i < length(hex); i += 512) {
		part = substr(hex, i, 512); told = ""
		for (j = 1; j < length(part); j += 2) {
			v = B[substr(part, j, 2)]
			told = told "\\" int(v / 64) int(v / 8) % 8 v % 8
		}
		printf "%s", told > file
	}
	print "" > file
}

function size_of(told) {  # decimal without leading zeros, at most 2^53; else -1
	if (told !~ /^(0|[1-9][0-9]*)$/ || length(told) > 16) return -1
	return length(told) == 16 && "." told > ".9007199254740992" ? -1 : told + 0
}

function damm(digits,   i, interim) {
	interim = 0
	for (i = 1; i <= length(digits); i++)
		interim = substr(DAMM[interim + 1], substr(digits, i, 1) + 1, 1) + 0
	return interim
}

function base64(hex,   i, v, rest, told) {
	for (i = 1; i < length(hex); i += 6) {
		rest = substr(hex, i, 6)
		v = number(substr(rest "0000", 1, 6))
		told = told substr(B64, int(v / 262144) + 1, 1) substr(B64, int(v / 4096) % 64 + 1, 1)
		told = told (length(rest) > 2 ? substr(B64, int(v / 64) % 64 + 1, 1) : "=")
		told = told (length(rest) > 4 ? substr(B64, v % 64 + 1, 1) : "=")
	}
	return told ""
}

function unbase64(hex,   i, j, v, c, pads, told) {  # of base64 as hex; "" if not its one spelling
	if (length(hex) % 8 != 0) return ""
	for (i = 1; i < length(hex); i += 8) {
		v = 0
		for (j = 0; j < 8; j += 2) {
			c = substr(hex, i + j, 2)
			if (c == "3d") { pads++; v *= 64 } else if (c in SIX && !pads) v = v * 64 + SIX[c]
			else return ""
		}
		told = told HEX[int(v / 65536)] HEX[int(v / 256) % 256] HEX[v % 256]
	}
	if (pads > 2) return ""
	told = substr(told, 1, length(told) - 2 * pads)
	return hx(base64(told)) == hex ? told : ""
}

function split_lines(hex, lines,   i, n, line, c) {  # the last one is what stands behind the last newline
	split("", lines)
	n = 1
	for (i = 1; i < length(hex); i += 2) {
		c = substr(hex, i, 2)
		if (c == "0a") { lines[n++] = line ""; line = "" } else line = line c
	}
	lines[n] = line ""
	return n
}

# --- strict CBOR, format page §1: T type, V value, N number of parts, [P, E[ place in H ---

function head(p,   b, k) {
	b = B[substr(H, p, 2)]; HM = int(b / 32); HN = b % 32; HBIG = 0
	p += 2
	if (HN < 24) return p
	if (HN > 27) return 0
	k = HN == 24 ? 2 : HN == 25 ? 4 : HN == 26 ? 8 : 16
	if (p + k - 1 > length(H)) return 0
	HEXN = substr(H, p, k); HN = number(HEXN); HBIG = k == 16 && HEXN ~ /^[89a-f]/
	if (HN < (k == 2 ? 24 : k == 4 ? 256 : k == 8 ? 65536 : 4294967296)) return 0
	return p + k
}

function spelled(major, n,   b, k, hex) {  # a head
	b = 32 * major
	if (n < 24) return HEX[b + n]
	k = n < 256 ? 1 : n < 65536 ? 2 : n < 4294967296 ? 4 : 8
	b += k == 1 ? 24 : k == 2 ? 25 : k == 4 ? 26 : 27
	for (; k > 0; k--) { hex = HEX[n % 256] hex; n = int(n / 256) }
	return HEX[b] hex
}

function octets(hex) { return spelled(2, length(hex) / 2) hex }
function text(told) { return spelled(3, length(told)) hx(told) }

function walk(p, depth, path,   first, m, n, i, q, name, before) {  # gives the place behind, or 0
	if (depth == 0 || p > length(H)) return 0
	P[path] = p; first = substr(H, p, 2)
	if (first ~ /^f[456]$/) {
		T[path] = first == "f6" ? "null" : "bool"; V[path] = first == "f5"
		return E[path] = p + 2
	}
	p = head(p); m = HM; n = HN
	if (!p || m > 5) return 0
	if (m < 2) {
		T[path] = "int"; V[path] = m ? -1 - n : n; E[path] = p
		return HBIG ? 0 : p
	}
	if (n > length(H)) return 0
	if (m < 4) {
		q = p + 2 * n; V[path] = substr(H, p, 2 * n); T[path] = m == 2 ? "bytes" : "text"
		if (q > length(H) + 1 || (m == 3 && V[path] !~ UTF8)) return 0
		return E[path] = q
	}
	T[path] = m == 4 ? "array" : "map"; N[path] = n
	for (i = 0; i < n && p; i++) {
		if (m == 4) { p = walk(p, depth - 1, path "," i); continue }
		if (depth == 1 || p > length(H)) return 0
		q = p; p = head(p)
		if (!p || HM != 3 || HN > length(H)) return 0
		name = substr(H, p, 2 * HN); p += 2 * HN
		if (p > length(H) || name !~ UTF8 || "." substr(H, q, p - q) <= before) return 0
		before = "." substr(H, q, p - q); NAME[path, i] = q
		p = walk(p, depth - 1, path "." name)
	}
	return E[path] = p
}

function read_value(hex, path) {  # fills T, V, N, P, E below a path
	H = hex
	return length(hex) > 0 && walk(1, 8, path) == length(hex) + 1
}

function at(path, name) { return path "." hx(name) }
function raw(hex, path) { return substr(hex, P[path], E[path] - P[path]) }

function is(path, types) { return path in T && index(" " types " ", " " T[path] " ") > 0 }

function forget() {
	split("", T); split("", V); split("", N); split("", P); split("", E); split("", NAME)
}
EOF

cat > "$WORK/climb.awk" << 'EOF'
# Climbs all proofs one step at a time; openssl hashes all pairs of a step at once.
# Lines: "begin", label, leaf, place, size, hashes; or "go", label, number of a pair that is hashed
# by now, place, last, hashes to come.
function out(label, hash, place, last, rest) {
	if (rest == "" && last == 0) print "answer c", label, hash > (WORK "/done")
	else if (rest == "" || last == 0) print "answer c", label, "none" > (WORK "/done")
	else ask(label, hash, place, last, rest)
}
function ask(label, hash, place, last, rest,   one, pair) {
	one = substr(rest, 1, 64); rest = substr(rest, 66)
	pair = "01"
	if (place % 2 || place == last) {
		pair = pair one hash
		while (place > 0 && place % 2 == 0) { place = int(place / 2); last = int(last / 2) }
	} else pair = pair hash one
	if (!(pair in NAMED)) { NAMED[pair] = ++names; printf "%d ", names > (WORK "/pairs"); octal(pair, WORK "/pairs") }
	print "go", label, NAMED[pair], int(place / 2), int(last / 2), rest > (WORK "/next")
}

BEGIN { WORK = ENVIRON["KT1_WORK"] }
$1 == "hash" { HASH[$2] = $3; next }
$1 == "begin" && ($4 < 0 || $4 >= $5) { print "answer c", $2, "none" > (WORK "/done"); next }
{
	rest = $6; for (i = 7; i <= NF; i++) rest = rest " " $i
	if ($1 == "begin") out($2, $3, $4 + 0, $5 - 1, rest)
	else out($2, HASH[$3], $4 + 0, $5 + 0, rest)
}
EOF

cat > "$WORK/judge.awk" << 'EOF'
BEGIN {
	for (i = 1; i < 256; i++) BYTE[HEX[i]] = sprintf("%c", i)
	CARRIERS = "clerk controller courier driver escort"; DUTY = CARRIERS " officer"
	set(CONTROL, "genesis enrol assign rotate revoke hold lift policy catalogue quorum epoch")
	set(DISPUTES, "key-revoked key-expired counter-reused id-reused seen-fork wrong-office not-assignable")
	set(PEOPLE, DUTY " reserve admin"); set(SERVICE, "log server seal")
	set(MISSING, "control-missing entries-missing file-missing proof-missing")
	set(SMALL, zeros("00") " " zeros("01") " ecf" ones() "7f" \
		" 26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05" \
		" c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
	define("genesis", "officer officer officer", "by2:text by3:text origin:text keys:array")
	define("enrol", "officer officer", "by2:text key:map|null who:text role:text")
	define("assign", "officer officer", "by2:text kid:bytes role:text")
	define("rotate", "officer officer", "by2:text kid:bytes key:map consent:bytes|null")
	define("revoke", "officer officer", "by2:text kid:bytes")
	define("lift policy settle", "officer officer", "by2:text")
	define("catalogue", "officer officer", "by2:text kind:text hash:bytes")
	define("quorum", "officer officer", "by2:text witnesses:array least:int")
	define("epoch", "officer officer", "by2:text origin:text old:map genesis:bytes note:bytes|null")
	define("correct", "officer officer", "of:bytes officers:bool by2:text|null by3:text|null")
	define("hold register print", "author", "")
	define("bind void", "author witness", "witness:text|null")
	define("handover", "giver receiver witness", "to:text witness:text|null")
	define("take", "receiver witness", "of:bytes witness:text|null")
	define("withdraw", "giver", "of:bytes")
	define("offer deliver refuse absent return", "giver", "")
	define("disclose", "officer", "")
	define("refused clock", "server", "")
	TST = "060b2a864886f70d0109100104"  # what a time stamp token holds
	BEFORE = -1; CTL = zeros("00")
}

function set(into, words,   i, n, list) {
	n = split(words, list, " ")
	for (i = 1; i <= n; i++) into[list[i]] = ""
}

function define(kinds, who, needs,   i, n, list) {
	n = split(kinds, list, " ")
	for (i = 1; i <= n; i++) { ROLES[list[i]] = who; NEEDS[list[i]] = needs }
}

function zeros(first) { while (length(first) < 64) first = first "0"; return first }
function ones(   told) { while (length(told) < 59) told = told "f"; return told }

# --- questions that openssl answers: asked in one run, known in the next ---

function sha(label, hex) {
	if (("h", label) in ANSWER) return ANSWER["h", label]
	if (!(("h", label) in ASKED)) {
		ASKED["h", label] = 1
		printf "%s ", label > (WORK "/hash"); octal(hex, WORK "/hash")
	}
	PENDING = 1
	return ""
}

function later(label, hex,   told) {  # a hash over what other hashes say
	if (PENDING) return ""
	told = sha(label, hex)
	LATER = LATER || PENDING; PENDING = 0
	return told
}

function holds(label, alg, pub, message, signature,   half) {
	if (length(signature) != 128) return 0
	if (alg == -19) { if (length(pub) != 64 || !sound(pub) || !sound(substr(signature, 1, 64))) return 0 }
	else if (alg == -9) {
		half = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"
		if (length(pub) != 130 || pub !~ /^04/ || "." substr(signature, 65) > "." half) return 0
		signature = "3045" integer(substr(signature, 1, 64)) integer(substr(signature, 65))
		signature = "30" HEX[length(signature) / 2 - 2] substr(signature, 5)
	} else return 0
	if (("s", label) in ANSWER) return ANSWER["s", label]
	if (!PENDING && !LATER && !(("s", label) in ASKED)) {
		ASKED["s", label] = 1; print label, alg > (WORK "/sig")
		octal(der(alg) pub, WORK "/sig"); octal(signature, WORK "/sig"); octal(message, WORK "/sig")
	}
	WAITING = 1
	return 1
}

function der(alg) {
	return alg == -19 ? "302a300506032b6570032100" : "3059301306072a8648ce3d020106082a8648ce3d030107034200"
}

function integer(hex) {  # as DER spells it
	while (hex ~ /^00/ && length(hex) > 2) hex = substr(hex, 3)
	if (hex ~ /^[89a-f]/) hex = "00" hex
	return "02" HEX[length(hex) / 2] hex
}

function sound(point,   y) {  # below the field's order, and no point of small order
	y = substr(point, 1, 62) HEX[B[substr(point, 63)] % 128]
	if (y in SMALL) return 0
	return !(y ~ /^e[d-f]|^f/ && substr(y, 3) ~ /^f*7f$/)
}

function climb(label, leaf, place, size, hashes) {  # gives the root that a proof leads to
	if (("c", label) in ANSWER) return ANSWER["c", label]
	WAITING = 1
	if (!PENDING && !LATER) print label, leaf, place, size, hashes > (WORK "/climb")
	return ""
}

# --- what was found ---

function found(kind, seq, expected, got) {
	KINDS[kind] = 1; wrong += !(kind in MISSING)
	FOUND[++founds] = (kind in MISSING ? "THIẾU / MISSING " : "SAI / WRONG ") (seq == "" ? "-" : "#" seq) " " kind \
		": " WORD[kind] "\n    cần / expected: " expected "\n    có / got: " got
}
function lose(name) { if (!(name in LOST)) { LOST[name] = 1; found("file-missing", "", name, "not here") } }
function want(kind, seq, expected, got) { if (expected != got) found(kind, seq, expected, got); return expected == got }
function skip(code, about) { SKIPPED[++skips] = code (about == "" ? "" : ": " about) }
function beyond(code) { if (!(code in BEYOND)) { BEYOND[code] = 1; OUT[++outs] = code } }
function look(word) { if (!(word in LOOKED)) { LOOKED[word] = 1; SEEN[++looks] = word } }

# --- notes, format page §15 ---

function three_lines(origin, size, root) { return hx(origin "\n" size "\n") hx(base64(root)) "0a" }

function cosigned(time, told) { return hx("cosignature/v1\ntime " time "\n") told }

function read_note(id, hex,   n, i, lines, fields) {
	if (hex !~ UTF8 || length(hex) > 2097152) return 0
	n = split_lines(hex, lines)
	for (i = 1; i <= n; i++) if (control_sign(lines[i])) return 0
	if (n < 6 || n > 105 || lines[1] == "" || lines[4] != "" || lines[n] != "") return 0
	NOTE[id, "text"] = lines[1] "0a" lines[2] "0a" lines[3] "0a"
	NOTE[id, "origin"] = lines[1]; NOTE[id, "size"] = size_of(ascii(lines[2])); NOTE[id, "root"] = unbase64(lines[3])
	if (NOTE[id, "size"] < 0 || length(NOTE[id, "root"]) != 64) return 0
	for (i = 5; i < n; i++) if (!read_line(id, i - 4, lines[i])) return 0
	NOTE[id, "lines"] = n - 5
	return 1
}

function control_sign(line,   i) {
	for (i = 1; i < length(line); i += 2) if (substr(line, i, 1) < "2") return 1
	return 0
}

function read_line(id, i, line,   end, told) {
	if (line !~ /^e2809420/) return 0
	for (end = length(line) - 1; end > 8 && substr(line, end, 2) != "20"; end -= 2) continue
	NOTE[id, i, "name"] = substr(line, 9, end - 9)
	told = unbase64(substr(line, end + 2))
	NOTE[id, i, "hash"] = substr(told, 1, 8); NOTE[id, i, "raw"] = substr(told, 9)
	return end > 9 && length(told) >= 10 && name_ok(NOTE[id, i, "name"])
}

function name_ok(name,   i, c, k) {  # no plus, no space of any kind
	for (i = 1; i < length(name); i += k) {
		c = substr(name, i, 2)
		k = c < "80" ? 2 : c < "e0" ? 4 : c < "f0" ? 6 : 8
		if (substr(name, i, k) ~ /^(20|2b|c285|c2a0|e19a80|e2808[0-9a]|e280a[89f]|e2819f|e38080)$/) return 0
	}
	return 1
}

# Sees which keys that this log knows have signed a note; 0 if the line of one does not verify.
function signed(id,   i, j, e, k, name, time, told) {
	LOGS[id] = COUNT[id] = 0
	for (e = epochs; e > 0 && hx(EORIGIN[e]) != NOTE[id, "origin"]; e--) continue
	for (i = 1; i <= NOTE[id, "lines"] && e; i++) {
		name = NOTE[id, i, "name"]
		for (j = 1; j <= logs; j++) {
			k = LOGKEY[j]
			if (name != NOTE[id, "origin"] || NOTE[id, i, "hash"] != key_hash("log" j "e" e, name, "01", KP[k])) continue
			if (!holds("note." id "." i ".log" j, -19, KP[k], NOTE[id, "text"], NOTE[id, i, "raw"])) return 0
			LOGS[id]++; SIGNER[id, k] = 1
		}
		for (j = 1; j <= witnesses; j++) {
			if (name != WN[j] || NOTE[id, i, "hash"] != key_hash("witness" j, WN[j], "04", WP[j])) continue
			time = number(substr(NOTE[id, i, "raw"], 1, 16))
			if (substr(NOTE[id, i, "raw"], 1, 1) > "7") return 0
			told = cosigned(time, NOTE[id, "text"])
			if (!holds("note." id "." i ".w" j, -19, WP[j], told, substr(NOTE[id, i, "raw"], 17))) return 0
			if (!((id, j) in TIME)) { COUNT[id]++; TIME[id, j] = time }
			if (time < TIME[id, j]) TIME[id, j] = time
		}
	}
	return 1
}

function key_hash(label, name, kind, pub) { return substr(later("keyhash." label, name "0a" kind pub), 1, 8) }

function newest_log(end,   j, k) {  # before a position, and not revoked there
	for (j = logs; j > 0; j--) {
		k = LOGKEY[j]
		if (SINCE[k] < end && !(k in REVOKED && REVOKED_AT[k] < end)) return k
	}
	return ""
}

function quorum_at(end,   q) { for (q = quorums; q > 0 && QSEQ[q] >= end; q--) continue; return q }

# Fills INDEX, HASHES, NOTED of a tlog-proof.
function read_proof(id, hex,   i, n, lines, hash) {
	for (i = index(hex, "0a0a"); i % 2 == 0 && i > 0; i = next_at(hex, "0a0a", i)) continue
	if (!i) return 0
	n = split_lines(substr(hex, 1, i - 1), lines)
	if (n < 2 || n > 65 || ascii(lines[1]) != "c2sp.org/tlog-proof@v1" || ascii(lines[2]) !~ /^index /) return 0
	INDEX[id] = size_of(substr(ascii(lines[2]), 7)); HASHES[id] = ""; NOTED[id] = substr(hex, i + 4)
	for (i = 3; i <= n; i++) {
		hash = unbase64(lines[i]); HASHES[id] = HASHES[id] " " hash
		if (length(hash) != 64) return 0
	}
	return INDEX[id] >= 0
}

function next_at(hex, wanted, i,   j) { j = index(substr(hex, i + 1), wanted); return j ? i + j : 0 }

function contains(hex, wanted,   i) {  # on whole bytes
	for (i = index(hex, wanted); i > 0 && i % 2 == 0; i = next_at(hex, wanted, i)) continue
	return i > 0
}

# --- entries, format page §3 to §5 ---

function take(seq, hex,   ok) {
	entries++
	LEAF = LEAVES[seq] = sha("leaf." seq, "00" hex)
	ok = entry(seq, hex)
	if (!ok) found("entry-unreadable", seq, "entry", "another form")
	BEFORE = seq; PREV = LEAF
}

function entry(seq, hex,   body, kind, i, codes, disputed) {
	forget()
	if (length(hex) > 131070 || !read_value(hex, "e") || !is("e", "array") || N["e"] != 9) return 0
	if (!is("e,0", "text") || ascii(V["e,0"]) != "kt1-entry/1" || !is("e,1", "text") || !is("e,2", "int")) return 0
	if (!is("e,3", "bytes") || !is("e,4", "bytes") || !is("e,5", "int") || !is("e,6", "bytes")) return 0
	body = V["e,6"]
	if (length(body) > 114688 || !read_value(body, "b") || !body_ok() || !rest_ok()) return 0
	kind = KIND
	for (i = 0; i < N["e,8"]; i++) {
		codes = codes " " ascii(V["e,8," i ",1"]) " "
		if (V["e,8," i ",0"] == -1 && ascii(V["e,8," i ",1"]) in DISPUTES) disputed = 1
	}
	if (seq == 0 && !genesis(seq, body)) return 0
	if (kind == "epoch" && seq > 0 && !go_on(seq, disputed)) return 0
	want("seq", seq, seq, V["e,2"])
	want("origin", seq, hx(ORIGIN), V["e,1"])
	if (seq == BEFORE + 1) {
		want("prev", seq, PREV, V["e,3"])
		i = ACCEPTED - V["e,5"]
		if (i > 120 || (i > 0 && kind != "clock")) found("accepted-at", seq, ">= " ACCEPTED, V["e,5"])
	}
	ACCEPTED = V["e,5"]; PLACE[seq] = "." raw(hex, "e,3") raw(hex, "e,4") raw(hex, "e,5") raw(hex, "e,8")
	check_ctl(seq, V["e,4"])
	check_once(seq, body)
	check_signatures(seq, hex, body)
	if (kind in CONTROL) {
		CTL = LEAF; ISCONTROL[LEAF] = 1
		if (!control(seq, body, disputed)) return 0
	}
	for (i = 0; kind == "print" && i < N[at("b", "items")]; i++) check_serial(seq, i)
	relate(seq, hex, body, codes)
	return 1
}

function of(name) { return V[at("b", name)] }

function body_ok(   i, j, n, needs, pair, line) {
	if (!is("b", "map")) return 0
	KIND = is(at("b", "type"), "text") ? ascii(of("type")) : ""
	if (!(KIND in ROLES)) return 0
	n = split("v:int log:text id:bytes at:int dev:text dseq:int dprev:bytes by:text items:array " NEEDS[KIND], needs, " ")
	for (i = 1; i <= n; i++) {
		split(needs[i], pair, ":"); gsub(/[|]/, " ", pair[2])
		if (!is(at("b", pair[1]), pair[2])) return 0
	}
	if (of("v") != 1 || of("dseq") < 0 || length(of("id")) != 32 || !(at("b", "seen") in T)) return 0
	if (N[at("b", "items")] > 500 || (at("b", "short") in T && !is(at("b", "short"), "array"))) return 0
	for (i = 0; i < N[at("b", "items")]; i++) {
		line = at("b", "items") "," i
		if (!is(line, "map") || !(at(line, "n") in T) || (KIND == "print" && !(at(line, "serial") in T))) return 0
	}
	return 1
}

function rest_ok(   i, path, before, mine) {
	if (!is("e,7", "array") || !is("e,8", "array")) return 0
	for (i = 0; i < N["e,7"]; i++) {
		path = "e,7," i
		if (!is(path, "array") || N[path] != 3) return 0
		if (!is(path ",0", "text") || !is(path ",1", "bytes") || !is(path ",2", "bytes")) return 0
	}
	for (i = 0; i < N["e,8"]; i++) {
		path = "e,8," i
		if (!is(path, "array") || N[path] != 2 || !is(path ",0", "int") || !is(path ",1", "text")) return 0
		mine = V[path ",0"]
		if (i && (mine < before || (mine == before && "." V[path ",1"] <= "." V["e,8," i - 1 ",1"]))) return 0
		before = mine
	}
	return 1
}

function genesis(seq, body,   i, k, roles, owners) {
	if (KIND != "genesis" || V["e,1"] != of("origin")) return 0
	if (ascii(of("origin")) !~ /^[a-z0-9.\/-]+\/e[1-9][0-9]*$/ || index(of("origin"), of("log") hx("/e")) != 1) return 0
	if (ascii(substr(of("origin"), length(of("log")) + 5)) !~ /^[1-9][0-9]*$/) return 0
	ORIGIN = ascii(of("origin")); LOG = of("log"); FIRST = LEAF
	epochs = 1; EORIGIN[1] = ORIGIN; EBASE[1] = 0
	PREV = sha("prev.0", hx("kt1-log/1\n" ORIGIN))
	if (GENESIS != "-" && want("genesis", 0, GENESIS, LEAF)) look("genesis")
	for (i = 0; i < N[at("b", "keys")]; i++) {
		k = at("b", "keys") "," i
		if (!key_ok(k)) return 0
		roles = roles ascii(V[at(k, "role")]) " "; if (i > 2) owners = owners ascii(V[at(k, "owner")]) " "
	}
	if (roles != "officer officer reserve log server seal " || owners != "log server seal ")
		found("genesis", 0, "officer officer reserve log server seal", roles)
	for (i = 0; i < N[at("b", "keys")]; i++) {
		prove(0, at("b", "keys") "," i, body, "0." i)
		enrol(0, at("b", "keys") "," i)
	}
	return 1
}

function go_on(seq, disputed,   old, name, epoch) {  # begins the next epoch of this very log
	old = at("b", "old")
	if (N[old] != 3 || !is(at(old, "origin"), "text") || !(at(old, "size") in T) || !(at(old, "root") in T)) return 0
	name = epoch = ascii(V[at(old, "origin")]); sub(/\/e[0-9]+$/, "", name)
	if (epoch == name) return 0
	epoch = substr(epoch, length(name) + 3)
	if (epoch !~ /^[1-9]/ || length(epoch) > 9) return 0
	if (hx(name) != of("log") || ascii(of("origin")) != name "/e" (epoch + 1)) return 0
	if (disputed || ascii(V[at(old, "origin")]) != ORIGIN || (FIRST != "" && FIRST != of("genesis"))) return 1
	ORIGIN = ascii(of("origin")); epochs++; EORIGIN[epochs] = ORIGIN; EBASE[epochs] = seq
	OLD[epochs] = T[at(old, "size")] " " V[at(old, "size")] " " V[at(old, "root")]
	OLDNOTE[epochs] = T[at("b", "note")] == "bytes" ? V[at("b", "note")] : ""
	return 1
}

function key_ok(k) {
	return is(k, "map") && is(at(k, "owner"), "text") && is(at(k, "role"), "text") && is(at(k, "alg"), "int") \
		&& is(at(k, "pub"), "bytes") && is(at(k, "possess"), "bytes")
}

function kid_of(k, label) {
	return substr(sha("kid." label, "83" text("kt1-key/1") spell_int(V[at(k, "alg")]) octets(V[at(k, "pub")])), 1, 16)
}

function spell_int(v) { return v < 0 ? spelled(1, -1 - v) : spelled(0, v) }

function prove(seq, k, body, label,   i, plain, pair) {  # a new key is new, and was at hand
	KID = kid_of(k, label)
	if (KID in KO) found("not-authentic", seq, "a new key", KID)
	for (i = 0; i < N[k]; i++) {
		pair = substr(body, NAME[k, i], (i + 1 < N[k] ? NAME[k, i + 1] : E[k]) - NAME[k, i])
		if (index(pair, text("possess")) != 1) plain = plain pair
	}
	plain = hx("kt1-possess/1" ORIGIN) spelled(5, N[k] - 1) plain
	if (!holds("possess." label, V[at(k, "alg")], V[at(k, "pub")], plain, V[at(k, "possess")]))
		found("possession", seq, "proof by " ascii(V[at(k, "owner")]), KID)
}

function enrol(seq, k,   owner, role) {  # KID is its name
	if (KID in KO || KID == "") return
	owner = ascii(V[at(k, "owner")]); role = ascii(V[at(k, "role")])
	KO[KID] = owner; KR[KID] = " " role " "; KL[KID] = role; KA[KID] = V[at(k, "alg")]; KP[KID] = V[at(k, "pub")]
	if (owner == role && role in SERVICE) SERVICE[role] = KID
	if (owner == role && role == "log") { LOGKEY[++logs] = KID; SINCE[KID] = seq }
}

function control(seq, body, disputed,   k, i, kid, n) {
	k = at("b", "key"); kid = of("kid")
	if (KIND == "enrol" && T[k] == "map") {
		if (!key_ok(k)) return 0
		if (V[at(k, "owner")] != of("who") || V[at(k, "role")] != of("role") || !(ascii(of("role")) in PEOPLE))
			found("not-authentic", seq, ascii(of("who")) " " ascii(of("role")), ascii(V[at(k, "owner")]))
		prove(seq, k, body, seq)
	}
	if (KIND == "rotate") {
		if (!key_ok(k) || V[at(k, "owner")] != V[at(k, "role")] || !(ascii(V[at(k, "role")]) in SERVICE)) return 0
		prove(seq, k, body, seq)
		if (T[at("b", "consent")] == "bytes" && !(kid in KO && holds("consent." seq, KA[kid], KP[kid], \
			hx("kt1-rotate/1" ORIGIN) raw(body, k), of("consent")))) found("possession", seq, "consent of the old key", kid)
	}
	if (KIND == "quorum" && !prove_witnesses(seq)) return 0
	if (KIND == "catalogue" && ascii(of("kind")) == "offices") CATALOGUE[of("hash") ".cbor"] = 1
	if (disputed) return 1
	if (KIND == "enrol" && T[k] == "map") enrol(seq, k)
	if (KIND == "rotate" && SERVICE[ascii(V[at(k, "role")])] == kid) enrol(seq, k)
	if (KIND == "revoke" && !(kid in REVOKED)) REVOKED_AT[kid] = seq
	if (KIND == "revoke" && REVOKED_AT[kid] == seq) REVOKED[kid] = "#" seq ", " ascii(of("reason")) ", " moment(of("since"))
	if (KIND == "assign" && kid in KO && (ascii(of("role")) == KL[kid] || is_free(ascii(of("role")), kid))) {
		KL[kid] = ascii(of("role")); KR[kid] = KR[kid] KL[kid] " "
	}
	if (KIND == "quorum") {
		quorums++; QSEQ[quorums] = seq; QLEAST[quorums] = of("least"); n = N[at("b", "witnesses")]
		for (i = 0; i < n; i++) {
			k = at("b", "witnesses") "," i
			QMEMBERS[quorums] = QMEMBERS[quorums] " " witness(V[at(k, "name")], V[at(k, "pub")])
			QURL[quorums, i + 1] = T[at(k, "url")] == "text" ? V[at(k, "url")] : ""
		}
	}
	return 1
}

function is_free(role, kid) {
	return role in PEOPLE && !(KO[kid] in SERVICE) && role !~ /^(officer|reserve)$/ && KL[kid] !~ /^(officer|reserve)$/
}

function witness(name, pub,   j) {
	for (j = 1; j <= witnesses; j++) if (WN[j] == name && WP[j] == pub) return j
	WN[++witnesses] = name; WP[witnesses] = pub
	return witnesses
}

function prove_witnesses(seq,   i, k, n, before, pubs, told) {
	n = N[at("b", "witnesses")]
	if (n < 1 || n > 32 || 2 * of("least") <= n || of("least") > n) return 0
	for (i = 0; i < n; i++) {
		k = at("b", "witnesses") "," i
		if (!is(k, "map") || N[k] != 7 || !is(at(k, "name"), "text") || !is(at(k, "url"), "text null")) return 0
		if (!is(at(k, "pub"), "bytes") || !is(at(k, "root"), "bytes") || !is(at(k, "signature"), "bytes")) return 0
		if (!is(at(k, "size"), "int") || !is(at(k, "time"), "int")) return 0
		told = ascii(V[at(k, "name")])
		if (told !~ /^[a-z0-9.-]+(\/[a-z0-9.-]+)*$/ || length(told) > 60 || "." told <= before) return 0
		if (index(pubs, " " V[at(k, "pub")] " ")) return 0
		before = "." told; pubs = pubs " " V[at(k, "pub")] " "
	}
	for (i = 0; i < n; i++) {
		k = at("b", "witnesses") "," i
		told = cosigned(V[at(k, "time")], three_lines(ORIGIN, V[at(k, "size")], V[at(k, "root")]))
		if (!holds("witness." seq "." i, -19, V[at(k, "pub")], told, V[at(k, "signature")]))
			found("possession", seq, "cosignature of " ascii(V[at(k, "name")]), V[at(k, "pub")])
	}
	return 1
}

function check_ctl(seq, ctl) {
	if (ctl == CTL) return
	if (ctl in ISCONTROL || seq == 0) found("ctl", seq, CTL, ctl)
	else if (!(ctl in GAP)) { GAP[ctl] = 1; gaps++; found("control-missing", seq, "control entry " ctl, CTL) }
}

function check_once(seq, body,   digest, dev) {
	digest = BODY[seq] = sha("body." seq, body); dev = of("dev")
	if (digest != "" && digest in ACTS) found("device-chain", seq, "an act once", digest)
	ACTS[digest] = 1
	if (!(dev in DSEQ)) { DSEQ[dev] = -1; DHASH[dev] = "" }
	if (of("dseq") == DSEQ[dev] + 1) want("device-chain", seq, DHASH[dev], of("dprev"))
	if (of("dseq") > DSEQ[dev]) { DSEQ[dev] = of("dseq"); DHASH[dev] = digest }
}

function check_serial(seq, i,   serial, j) {
	serial = V[at(at("b", "items") "," i, "serial")]
	if (serial in SERIAL) {
		for (j = 0; j < N["e,8"]; j++) if (V["e,8," j ",0"] == i && ascii(V["e,8," j ",1"]) == "serial-taken") return
		found("serial-twice", seq, "a new serial", serial)
	}
	SERIAL[serial] = 1
}

function check_signatures(seq, hex, body,   n, i, roles, persons, used, bad, kid, before, payload) {
	n = split(ROLES[KIND], roles, " ")
	if (roles[n] == "witness" && T[at("b", "witness")] == "null") n--
	if (KIND == "correct" && !of("officers")) {
		n = 1 + (T[at("b", "by2")] == "text") + (T[at("b", "by3")] == "text")
		split("author author author", roles, " ") # mawk dies of a row that grows within a statement
	}
	if (seq > 0 && KIND == "genesis") found("not-authentic", seq, "one genesis", "another genesis")
	for (i = 1; i <= n; i++) {
		persons[i] = person(roles[i], i)
		if (persons[i] in used || T[at("b", ASKS)] != "text") bad = 1
		used[persons[i]] = 1
		if (ascii(V["e,7," i - 1 ",0"]) != roles[i]) bad = 1
	}
	if (bad || N["e,7"] != n) { found("not-authentic", seq, ROLES[KIND], "other roles or persons"); return }
	want("not-authentic", seq, LOG, of("log"))
	for (i = 1; i <= n; i++) {
		signatures++; kid = V["e,7," i - 1 ",1"]
		if (may_sign(seq, roles[i], persons[i], kid)) {
			payload = "84" raw(body, at("b", "log")) octets(body) octets(kid) spelled(4, i - 1) before
			payload = "84" text("Signature1") octets(KA[kid] == -19 ? "a10132" : "a10128") \
				octets(hx("kt1-act/1/" roles[i])) octets(payload)
			if (!holds("sig." seq "." i, KA[kid], KP[kid], payload, V["e,7," i - 1 ",2"]))
				found("bad-signature", seq, "signature by " KO[kid], kid)
		}
		before = before raw(hex, "e,7," i - 1)
	}
}

function person(role, i) {  # whom the body names for it; ASKS is the key that does
	ASKS = role == "witness" ? "witness" : role == "receiver" && KIND != "take" ? "to" : "by"
	if (role == "author" || role == "officer") ASKS = i == 1 ? "by" : "by" i
	return ascii(of(ASKS))
}

function may_sign(seq, role, who, kid,   n, i, may, free) {
	n = split(roles_of(role), may, " ")
	for (i = 1; i <= n && kid in KO; i++) if (index(KR[kid], " " may[i] " ")) free = 1
	if (free && KO[kid] == who) return 1
	if (!(gaps && (!(kid in KO) || KO[kid] == who)) && !PENDING) found("not-authentic", seq, role " " who, kid)
	return 0
}

function roles_of(role,   about) {
	if (role == "author")
		return KIND == "hold" ? DUTY : KIND == "correct" ? CARRIERS : "clerk controller"
	if (role == "witness") return DUTY
	if (role == "giver" || role == "receiver") return CARRIERS
	if (role != "officer") return role
	about = KIND == "enrol" ? ascii(of("role")) : KIND == "revoke" && of("kid") in KL ? KL[of("kid")] : ""
	return KIND == "genesis" || about ~ /^(officer|reserve)$/ ? "officer reserve" : "officer"
}

# --- which entries belong to the item ---

function relate(seq, hex, body, codes,   i, k, mine, names) {
	ACT[seq] = KIND; OWNER[BODY[seq]] = seq
	if (KIND == "offer" && N["e,7"] > 0) OWNER[later("offer." seq, BODY[seq] V["e,7,0,2"])] = seq
	if (KIND ~ /^(take|withdraw|correct)$/) REFERS[seq] = of("of")
	if (codes ~ / (offer|act)-missing /) EARLY[seq] = 1
	for (i = 0; i < N[at("b", "items")]; i++) {
		k = at("b", "items") "," i
		if (T[at(k, "n")] != "int" || V[at(k, "n")] != ITEM) continue
		mine = 1; if (T[at(k, "commit")] == "bytes") COMMIT[V[at(k, "commit")]] = 1
	}
	k = at("b", "short")
	for (i = 0; i < N[k] + 0; i++) if (T[k "," i] == "int" && V[k "," i] == ITEM) mine = 1
	split("commit list value", names, " ")
	for (i = 1; i <= 3; i++) if (T[at("b", names[i])] == "bytes") COMMIT[of(names[i])] = 1
	if (!mine) return
	NAMED[seq] = BELONGS[seq] = 1; named++
	for (i = 0; i < N["e,7"]; i++) SIGNED[++signeds] = seq " " ascii(V["e,7," i ",0"]) " " V["e,7," i ",1"]
}

function check_related(   seq, more, i) {
	for (more = 1; more;) {
		more = 0
		for (seq in REFERS) {
			if (!(REFERS[seq] in OWNER)) continue
			i = OWNER[REFERS[seq]]
			if (seq in BELONGS && !(i in BELONGS)) more = BELONGS[i] = 1
			if (i in BELONGS && !(seq in BELONGS) && ACT[seq] != "correct") more = BELONGS[seq] = 1
		}
	}
	for (i = 1; i <= seqs; i++) {
		seq = SEQ[i]
		if (seq in ACT && !(seq in BELONGS) && !(ACT[seq] in CONTROL) && seq != BEHIND - 1)
			found("item", seq, "an act about " ITEM, ACT[seq])
	}
	if (!named) found("item", "", "acts about " ITEM, "none")
	for (i = 1; i <= seqs; i++) {
		seq = SEQ[i]
		if (seq in NAMED && !(seq in EARLY) && seq in REFERS && !(REFERS[seq] in OWNER))
			found("entries-missing", seq, REFERS[seq], "not here")
	}
}

# --- beside the entries ---

function check_beside(whole,   kid, name, told, wanted) {
	for (kid in KO) {
		name = "keys/" kid ".pem"; wanted = "-----BEGIN PUBLIC KEY-----\n"
		for (told = base64(der(KA[kid]) KP[kid]); told != ""; told = substr(told, 65)) wanted = wanted substr(told, 1, 64) "\n"
		if (!(name in FILE)) lose(name)
		else if (PEM[kid ".pem"] != hx(wanted "-----END PUBLIC KEY-----\n"))
			found("key-file", "", name " as in the log", "differs")
	}
	for (name in CATALOGUE) if (!("catalogues/" name in FILE)) skip("catalogue-not-given", name)
	for (name in FILE) {
		told = name; sub(/^[a-z]*\//, "", told)
		kid = told; sub(/[.]pem$/, "", kid)
		if (name ~ /^keys\// && whole && !(kid in KO && told != kid))
			found("key-file", "", name " as in the log", "not known")
		if (name ~ /^catalogues\// && (FILE[name] ".cbor" != told || (whole && !(told in CATALOGUE))))
			found("catalogue", "", name " as in the log", "differs or not known")
		if (name ~ /^logs\// && name !~ /\/checkpoint$/) found("bundle-file", "", "no such file in a dossier", name)
	}
	look("keys"); look("catalogues")
}

function policy(end,   q, n, members, i, hex, names) {
	hex = hx("log ") vkey("log0", hx(ORIGIN), "01", KP[newest_log(end)]) "0a"
	q = quorum_at(end)
	if (!q) return hex hx("quorum none\n")
	n = split(QMEMBERS[q], members, " ")
	for (i = 1; i <= n; i++) {
		hex = hex hx("witness ") WN[members[i]] "20" vkey("witness" members[i], WN[members[i]], "04", WP[members[i]])
		hex = hex (QURL[q, i] == "" ? "" : "20" QURL[q, i]) "0a"; names = names "20" WN[members[i]]
	}
	return hex hx("group kt1-quorum " QLEAST[q]) names hx("\nquorum kt1-quorum\n")
}

function vkey(label, name, kind, pub) { return name "2b" hx(key_hash(label, name, kind, pub)) "2b" hx(base64(kind pub)) }

# --- checkpoints: one an epoch; TSIZE, TROOT, TEXT of it, ID of its note ---

function set_trunks(   e, id) {
	if (!epochs) { epochs = 1; EORIGIN[1] = HOME[1]; EBASE[1] = 0 }
	for (e = 1; e <= epochs; e++) {
		id = ID[e] = (EORIGIN[e] in NOTEOF) ? NOTEOF[EORIGIN[e]] : ""
		TSIZE[e] = id == "" ? 0 : NOTE[id, "size"]; TROOT[e] = id == "" ? "" : NOTE[id, "root"]
		TEXT[e] = three_lines(EORIGIN[e], TSIZE[e], TROOT[e])
	}
	SIZE = TSIZE[epochs]; BEHIND = EBASE[epochs] + SIZE
}

function check_note(e,   id, q, n, members, i, j, came, times, t) {
	id = ID[e]
	if (id == "") return
	look("checkpoint")
	want("checkpoint", "", hx(EORIGIN[e]), NOTE[id, "origin"])
	if (!signed(id)) { found("checkpoint", "", "signatures that hold", "one does not"); return }
	if (!((id, newest_log(EBASE[e] + TSIZE[e])) in SIGNER) && !PENDING && !LATER)
		found("checkpoint", "", "a signature of the newest log key", LOGS[id])
	q = quorum_at(BEHIND)
	if (e < epochs || !q) return
	n = split(QMEMBERS[q], members, " ")
	for (i = 1; i <= n; i++) {
		if (!((id, members[i]) in TIME)) continue
		t = TIME[id, members[i]]
		for (j = ++came; j > 1 && times[j - 1] > t; j--) times[j] = times[j - 1]
		times[j] = t
	}
	if (came >= QLEAST[q]) { look("quorum"); AS_OF = times[QLEAST[q]]; COVERED = SIZE }
}

function check_seam(e,   id, seq) {  # what the first entry of an epoch says of the one before
	seq = EBASE[e]
	if (ID[e - 1] != "") want("epoch", seq, "int " TSIZE[e - 1] " " TROOT[e - 1], OLD[e])
	if (OLDNOTE[e] == "") return
	id = "o" e
	if (!read_note(id, OLDNOTE[e])) { found("epoch", seq, "a signed checkpoint", "another form"); return }
	if (!signed(id) || !(LOGS[id] + COUNT[id])) found("epoch", seq, "a checkpoint of this log", "another signature")
	want("epoch", seq, hx(EORIGIN[e - 1]), NOTE[id, "origin"])
	if (ID[e - 1] == "") return
	if (NOTE[id, "size"] > TSIZE[e - 1]) beyond("lost-entries: " EORIGIN[e - 1] " " TSIZE[e - 1] " < " NOTE[id, "size"])
	else if (NOTE[id, "size"] == TSIZE[e - 1]) want("epoch", seq, TEXT[e - 1], NOTE[id, "text"])
}

function check_stamps(   size, any) {
	for (size in STAMP) {
		any = 1
		if (size_of(size) < 0 || STAMP[size] !~ /^30/ || !contains(STAMP[size], TST))
			found("stamp", "", "tsa/" size ".tsr", "no time stamp")
		else if (ID[epochs] == "" || size + 0 < SIZE) beyond("stamp-other-size")
		else if (size + 0 > SIZE) found("stamp", "", "at most " SIZE, "tsa/" size ".tsr")
		else if (!fits(epochs, "stamp", STAMP[size])) found("stamp", "", "tsa/" size ".tsr", "another hash")
	}
	if (any) { look("stamps"); beyond("stamp-signature") }
}

# --- evidence given by hand ---

function weigh(id, name, hex,   size, base) {
	base = name; sub(/^.*\//, "", base)
	size = base ~ /[.]tsr$/ ? size_of(substr(base, 1, length(base) - 4)) : -1
	if (size >= 0) weigh_stamp(name, size, hex)
	else if (index(hex, hx("kt1-receipts/1\n")) == 1) weigh_receipts(id, name, substr(hex, 31))
	else if (index(hex, hx("c2sp.org/tlog-proof@v1\n")) == 1) weigh_proof(id, name, hex, "", "")
	else if (hex ~ /^8[48]/) weigh_receipt(id, name, hex)
	else { size = weigh_note(id, name, hex); if (size) agree(size) }
}

function unreadable(name) { skip("evidence-unreadable", name) }

# Finds the epoch of whose checkpoint a piece speaks, and says so if there is none.
function place_of(name, size, kind, what, origin,   e, spoken, near, known, short) {
	for (e = epochs; e > 0; e--) {
		if (origin != "" && hx(EORIGIN[e]) != origin) continue
		spoken++
		if (size > TSIZE[e]) { if (short == "" || TSIZE[e] < short) short = TSIZE[e]; continue }
		near++
		if (size < TSIZE[e] || ID[e] == "") continue
		known++
		if (fits(e, kind, what)) return e
	}
	if (near < spoken) found("entries-missing", "", size " (" name ")", short)
	else if (known < near) skip("evidence-not-compared", name)
	else if (!PENDING && !LATER) found("evidence", "", "the checkpoint of this log", name)
	return 0
}

function fits(e, kind, what) {
	if (kind == "anchor") return modulo(sha("anchor" e, hx("kt1-anchor/1\n") TEXT[e])) == what
	if (kind == "stamp") return contains(what, "0420" sha("three" e, TEXT[e]))
	return TEXT[e] == what
}

function agree(e) { look("evidence"); if (e == epochs) COVERED = SIZE }

function weigh_stamp(name, size, hex) {
	if (hex !~ /^30/ || !contains(hex, TST)) unreadable(name)
	else if (place_of(name, size, "stamp", hex, "")) { beyond("stamp-signature"); look("evidence") }
}

function weigh_anchor(typed,   i, e, plain, group, size) {
	if (length(typed) != 42 || typed !~ /^[0-9]*$/) { unreadable("anchor: group 0"); return }
	for (i = 1; i <= 7; i++) {
		group = substr(typed, 6 * i - 5, 6); plain = plain substr(group, 1, 5)
		if (damm(i group)) { unreadable(typed ": group " i); return }
	}
	size = substr(plain, 1, 10); sub(/^0*/, "", size) # else some awk reads it as octal
	e = place_of(typed, size + 0, "anchor", substr(plain, 11), "")
	if (e) agree(e)
}

function modulo(hex,   i, j, v, carry, digit, told) {  # of a number, the last 25 decimal digits
	for (j = 1; j <= 25; j++) digit[j] = 0
	for (i = 1; i < length(hex); i += 2) {
		carry = B[substr(hex, i, 2)]
		for (j = 1; j <= 25; j++) { v = digit[j] * 256 + carry; digit[j] = v % 10; carry = int(v / 10) }
	}
	for (j = 25; j > 0; j--) told = told digit[j]
	return told ""
}

function weigh_note(id, name, hex) {  # gives the epoch whose checkpoint it is
	if (!read_note(id, hex) || !signed(id)) { unreadable(name); return 0 }
	if (!LOGS[id] && !COUNT[id]) { skip("evidence-unsigned", name); return 0 }
	return place_of(name, NOTE[id, "size"], "note", NOTE[id, "text"], NOTE[id, "origin"])
}

function weigh_proof(id, name, hex, seq, told,   e, mine, root) {  # seq, told: what a receipt says of its entry
	if (!read_proof(id, hex)) { unreadable(name); return }
	e = weigh_note(id, name, NOTED[id])
	if (!e) return
	mine = EBASE[e] + INDEX[id]
	if (seq != "" && !want("evidence", mine, mine, seq)) return
	if (mine in LEAVES) {
		if (told != "") { if (!want("evidence", mine, length(told) == 64 ? LEAVES[mine] : PLACE[mine], told)) return }
		root = climb("evidence" (++climbs), LEAVES[mine], INDEX[id], NOTE[id, "size"], HASHES[id])
		if (!want("evidence", mine, NOTE[id, "root"], root)) return
	}
	agree(e)
}

function weigh_receipts(id, name, hex,   i, n, length_of) {
	for (i = 1; i < length(hex); i += 4 + length_of) {
		length_of = 2 * number(substr(hex, i, 4))
		if (i + 3 + length_of > length(hex)) { unreadable(name); return }
		weigh_receipt(id "." (++n), name " " n, substr(hex, i + 4, length_of))
	}
	if (!n) unreadable(name)
}

function weigh_receipt(id, name, hex,   version, told, seq, i, proof, hashes) {
	forget()
	if (!read_value(hex, "r") || !is("r", "array")) { unreadable(name); return }
	version = ascii(V["r,0"])
	if (version == "kt1-receipt/1" && N["r"] == 8 && is("r,1", "int") && is("r,2", "bytes") && is("r,3", "bytes") \
		&& is("r,4", "int") && is("r,5", "array")) {
		proof = "r,6"; hashes = "r,7"; seq = V["r,1"]
		told = "." raw(hex, "r,2") raw(hex, "r,3") raw(hex, "r,4") raw(hex, "r,5")
	} else if (version == "kt1-refusal/1" && N["r"] == 4 && is("r,1", "bytes")) {
		proof = "r,2"; hashes = "r,3"; told = sha("refusal." (++refusals), "00" V["r,1"]); seq = ""
	} else { unreadable(name); return }
	if (!is(proof, "bytes") || !is(hashes, "array")) { unreadable(name); return }
	for (i = 0; i < N[hashes]; i++) if (length(V[hashes "," i]) != 64 || !is(hashes "," i, "bytes")) seq = -2
	proof = V[proof]
	if (seq == "") { seq = read_value(V["r,1"], "q") && is("q", "array") && is("q,2", "int") ? V["q,2"] : -2 }
	if (seq < 0) unreadable(name)
	else weigh_proof(id, name, proof, seq, told)
}

# --- opened records ---

function check_record(name, hex,   commit, told, i, k) {
	forget(); commit = name; sub(/[.]cbor$/, "", commit)
	if (!read_value(hex, "o") || !is("o", "array") || N["o"] != 2) told = "-"
	else if (!is("o,0", "bytes") || length(V["o,0"]) != 64 || !is("o,1", "map")) told = "-"
	else if (("m", name) in ANSWER) told = ANSWER["m", name]
	else {
		WAITING = 1; if (PENDING || LATER) return
		printf "%s %s ", name, V["o,0"] > (WORK "/mac"); octal("82" text("kt1-commit/1") raw(hex, "o,1"), WORK "/mac")
		return
	}
	if (told != commit || !(commit in COMMIT)) {
		found("record", "", "a record that an entry here names", "disclose/" name)
		return
	}
	look("records"); opened++
	SHOWN[++shows] = commit "\n"
	for (i = 0; i < N["o,1"]; i++) {
		k = NAME["o,1", i]; H = hex; k = head(k)
		SHOWN[shows] = SHOWN[shows] "    " printable(substr(hex, k, 2 * HN)) ": " shown("o,1." substr(hex, k, 2 * HN)) "\n"
	}
}

function printable(hex,   i, k, c, told) {  # no sign that moves a cursor or turns a line around
	for (i = 1; i < length(hex); i += k) {
		c = substr(hex, i, 2)
		k = c < "80" ? 2 : c < "e0" ? 4 : c < "f0" ? 6 : 8; c = substr(hex, i, k)
		if (c ~ /^([01]|7f|c2[89]|e2808[b-f]|e280a[89a-e]|e281a|efbbbf)/) told = told "?"
		else for (; c != ""; c = substr(c, 3)) told = told BYTE[substr(c, 1, 2)]
	}
	return told ""
}

function shown(path,   i, told) {
	if (T[path] == "text") return printable(V[path])
	if (T[path] == "array") { for (i = 0; i < N[path]; i++) told = told (i ? ", " : "") shown(path "," i); return "[" told "]" }
	if (T[path] == "map") return "{" N[path] "}"
	return T[path] == "null" ? "-" : T[path] == "bool" ? (V[path] ? "true" : "false") : V[path]
}

# --- words ---

BEGIN {
	WORK = ENVIRON["KT1_WORK"]
	WORD["accepted-at"] = "giờ ghi nhận lùi về trước"
	WORD["bad-signature"] = "chữ ký không đúng"
	WORD["bundle-file"] = "tệp của gói kiểm tra thừa, thiếu hoặc hỏng"
	WORD["bundle-sum"] = "tổng kiểm SHA-256 của tệp không khớp"
	WORD["catalogue"] = "danh mục không đúng với mã băm trong nhật ký"
	WORD["checkpoint"] = "tờ chốt không đúng"
	WORD["control-missing"] = "thiếu mục điều khiển"
	WORD["ctl"] = "liên kết tới mục điều khiển trước không đúng"
	WORD["device-chain"] = "dãy nghiệp vụ của máy bị đứt hoặc bị sửa"
	WORD["entries-missing"] = "thiếu mục nhật ký"
	WORD["entry-unreadable"] = "mục nhật ký không đọc được"
	WORD["epoch"] = "mục mở giai đoạn mới không đúng với phần còn lại của nhật ký cũ"
	WORD["evidence"] = "bằng chứng bên ngoài không khớp với nhật ký"
	WORD["file-missing"] = "thiếu tệp"
	WORD["genesis"] = "mục gốc không đúng"
	WORD["item"] = "hồ sơ không đúng với bưu gửi"
	WORD["key-file"] = "tệp khoá công khai khác với nhật ký"
	WORD["not-authentic"] = "nghiệp vụ không xác thực"
	WORD["origin"] = "tên gốc của nhật ký không đúng"
	WORD["policy"] = "tệp policy.tlog-policy khác với nhật ký"
	WORD["possession"] = "bằng chứng giữ khoá không đúng"
	WORD["prev"] = "liên kết tới mục trước không đúng"
	WORD["proof"] = "chứng minh mục nằm trong nhật ký không đúng"
	WORD["proof-missing"] = "thiếu chứng minh của mục"
	WORD["record"] = "bản ghi đã mở không đúng với cam kết trong nhật ký"
	WORD["seq"] = "số thứ tự mục không đúng"
	WORD["serial-twice"] = "một số tem được in hai lần"
	WORD["stamp"] = "dấu thời gian không phải của tờ chốt này"
	DONE["sums"] = "tổng kiểm của các tệp / sums of the files"
	DONE["entries"] = "dạng của các mục / form of the entries"
	DONE["chain"] = "chuỗi mục và mục điều khiển / chain of entries and control entries"
	DONE["signatures"] = "chữ ký và người ký / signatures and who signed"
	DONE["control"] = "đủ mọi mục điều khiển / that no control entry is left out"
	DONE["proofs"] = "mục nằm trong cây băm / that the entries stand in the tree"
	DONE["checkpoint"] = "tờ chốt có chữ ký của nhật ký / checkpoint signed by the log"
	DONE["quorum"] = "đủ nhân chứng đồng ký / cosigned by the quorum of witnesses"
	DONE["genesis"] = "mã băm gốc nhập tay / genesis hash given by hand"
	DONE["evidence"] = "bằng chứng bên ngoài / evidence from outside"
	DONE["policy"] = "policy.tlog-policy"
	DONE["keys"] = "tệp khoá công khai / files of public keys"
	DONE["catalogues"] = "danh mục bưu cục / lists of offices"
	DONE["stamps"] = "mã băm trong dấu thời gian / hash in the time stamps"
	DONE["item"] = "mục thuộc về bưu gửi / which entries belong to the item"
	DONE["records"] = "bản ghi đã mở / opened records"
	LEFT["genesis-not-given"] = "tự nhất quán, chưa đối chiếu gốc tin cậy; cần --genesis chép từ giấy / consistent in itself, not compared with a trusted genesis hash: give --genesis from paper"
	LEFT["tail-not-anchored"] = "đuôi nhật ký chưa được neo / the end of the log has no anchor: neither a quorum of witnesses nor evidence reaches it"
	LEFT["catalogue-not-given"] = "thiếu danh mục / a catalogue is missing"
	LEFT["evidence-unreadable"] = "bằng chứng không đọc được / evidence that cannot be read"
	LEFT["evidence-unsigned"] = "bằng chứng không do nhật ký hay nhân chứng này ký / evidence that neither this log nor its witnesses have signed"
	LEFT["evidence-not-compared"] = "bằng chứng không so được / evidence that cannot be compared here"
	AWAY["judgements"] = "nhận định, giao nhận và mọi trường: `kt1 verify` tính lại / judgements, custody and every field of an act: `kt1 verify` computes them again"
	AWAY["records"] = "phiếu mã hoá không có trong gói / confidential records are not in the bundle"
	AWAY["lost-entries"] = "mục đã mất mà hai cán bộ đã báo / entries lost, of which two officers have told"
	AWAY["stamp-signature"] = "chữ ký của dấu thời gian / signature of time stamps: `openssl ts -verify`"
	AWAY["stamp-other-size"] = "dấu thời gian của cỡ khác / time stamps of another size"
	AWAY["whole-item"] = "đủ mọi mục của bưu gửi: chỉ gói cả nhật ký cho thấy / that no entry about the item is left out: only the whole bundle shows"
	AWAY["device-rows"] = "dãy nghiệp vụ của từng máy / the row of each device"
	AWAY["clock-steps"] = "giờ giữa các mục không liền nhau / times between entries that are no neighbours"
}

# --- what the shell has gathered, and the verdict ---

$1 == "want" { GENESIS = $2 }
$1 == "home" { HOME[++homes] = $2 }
$1 == "item" { ITEMHEX = $2 }
$1 == "checkpoint" { CHECKPOINT[$2] = $3 }
$1 ~ /^(entry|proof)$/ && size_of($2) < 0 { found("bundle-file", "", "<seq>.entry, <seq>.tlog-proof", $2); next }
$1 == "entry" { SEQ[++seqs] = $2; ENTRY[$2] = $3 }
$1 == "proof" { PROOF[$2] = $3 }
$1 == "pem" { PEM[$2] = $3 }
$1 == "policy" { POLICY = $2 }
$1 == "stamp" { sub(/[.]tsr$/, "", $2); STAMP[$2] = $3 }
$1 == "record" { RECORD[++records] = $2; RECORDED[$2] = $3 }
$1 == "file" { FILE[$2] = $3 }
$1 == "anchor" { ANCHOR[++anchors] = $2 }
$1 == "evidence" { EVIDENCE[++evidences] = $2; CONTENT[evidences] = $3 }
$1 == "lost" { lose($2) }
$1 == "found" { found($2, "", $3, $4) }
$1 == "answer" { ANSWER[$2, $3] = $4 }

END {
	beyond("judgements"); beyond("records"); beyond("whole-item"); beyond("device-rows"); beyond("clock-steps")
	look("sums"); look("entries"); look("chain"); look("signatures")
	if (GENESIS == "-") skip("genesis-not-given", "")
	told = ascii(substr(ITEMHEX, 1, 24)); ITEM = 0
	if (length(ITEMHEX) == 26 && ITEMHEX ~ /0a$/ && told ~ /^[1-9][0-9]*$/ && damm(told) == 0) ITEM = told + 0
	else found("item", "", "12 digits and a newline", told)
	for (i = 1; i <= homes; i++) {
		if (!(HOME[i] in CHECKPOINT)) continue
		if (read_note("c" i, CHECKPOINT[HOME[i]])) NOTEOF[HOME[i]] = "c" i
		else found("checkpoint", "", "a signed checkpoint", "another form")
	}
	if (!(0 in ENTRY)) {
		epochs = 1; EORIGIN[1] = ORIGIN = LOG = HOME[1]; EBASE[1] = 0; sub(/\/e[0-9]*$/, "", LOG); LOG = hx(LOG)
		gaps++; found("control-missing", 0, "genesis", "not here")
	}
	for (i in PROOF) if (!(i in ENTRY)) found("bundle-file", i, i ".entry", "only its proof")
	for (i = 1; i <= seqs; i++) { take(SEQ[i], ENTRY[SEQ[i]]); check_proof(SEQ[i]) }
	set_trunks(); noted = ID[epochs] != ""; last = noted && BEHIND - 1 in ENTRY
	for (i = 1; i <= epochs; i++) KNOWN[EORIGIN[i]] = 1
	for (i = 1; i <= homes; i++) if (!(HOME[i] in KNOWN)) found("origin", "", ORIGIN, HOME[i])
	if (noted && !last) found("entries-missing", BEHIND - 1, "the last entry", "not here")
	check_beside(!gaps && last)
	for (i = 1; i <= epochs; i++) {
		if (!(EORIGIN[i] in CHECKPOINT)) lose("logs/" EORIGIN[i] "/checkpoint")
		check_note(i)
	}
	if (last && !gaps) {
		look("policy")
		if (!("policy.tlog-policy" in FILE)) lose("policy.tlog-policy")
		else if (POLICY != policy(BEHIND)) found("policy", "", "what the control entries say", "differs")
	}
	for (i = 2; i <= epochs; i++) check_seam(i)
	check_stamps()
	for (i = 1; i <= anchors; i++) weigh_anchor(ANCHOR[i])
	for (i = 1; i <= evidences; i++) weigh("e" i, EVIDENCE[i], CONTENT[i])
	check_related()
	for (i = 1; i <= records; i++) check_record(RECORD[i], RECORDED[RECORD[i]])
	look("control"); look("proofs"); look("item")
	if (noted && COVERED < SIZE) skip("tail-not-anchored", "")
	if (PENDING || LATER || WAITING) exit 9
	tell()
	exit wrong ? 4 : founds ? 4 : skips ? 3 : 0
}

function check_proof(seq,   id, note, base) {
	id = "p" seq; base = epochs ? EBASE[epochs] : 0; note = ORIGIN in NOTEOF ? NOTEOF[ORIGIN] : ""
	if (!(seq in PROOF)) { found("proof-missing", seq, seq ".tlog-proof", "not here"); return }
	if (!read_proof(id, PROOF[seq])) { found("proof", seq, "a proof", "another form"); return }
	want("proof", seq, seq - base, INDEX[id])
	if (note == "") return
	if (NOTED[id] != CHECKPOINT[ORIGIN]) found("proof", seq, "the checkpoint of the dossier", "another")
	want("proof", seq, NOTE[note, "root"], climb("proof" seq, LEAVES[seq], seq - base, NOTE[note, "size"], HASHES[id]))
}

function moment(time,   days, era, of_era, year, day, month, rest) {  # days as in the Gregorian calendar
	if (time < 0 || time > 253402300799) return time
	days = int(time / 86400) + 719468; rest = time % 86400
	era = int(days / 146097); day = days % 146097
	of_era = int((day - int(day / 1460) + int(day / 36524) - int(day / 146096)) / 365)
	day -= 365 * of_era + int(of_era / 4) - int(of_era / 100)
	month = int((5 * day + 2) / 153); day -= int((153 * month + 2) / 5) - 1
	month += month < 10 ? 3 : -9; year = of_era + 400 * era + (month <= 2)
	return sprintf("%04d-%02d-%02d %02d:%02d:%02d UTC", year, month, day, int(rest / 3600), int(rest / 60) % 60, rest % 60)
}

function code_of(told,   i) {  # "code: what it is about"; fills ABOUT
	i = index(told, ": "); ABOUT = i ? " (" substr(told, i + 2) ")" : ""
	return i ? substr(told, 1, i - 1) : told
}

function tell(   i, part, code, first) {
	print ORIGIN " — " ITEM ": " entries + 0 " mục / entries, " signatures + 0 " chữ ký / signatures"
	if (noted) print "Tờ chốt / Checkpoint: " SIZE (AS_OF == "" ? "" : ", " moment(AS_OF))
	for (i = 1; i <= looks; i++) print "Đã kiểm / Checked: " DONE[SEEN[i]]
	for (i = 1; i <= shows; i++) printf "Bản ghi đã mở / Opened record: %s", SHOWN[i]
	for (i = 1; i <= signeds; i++) {
		split(SIGNED[i], part, " ")
		if (part[3] in REVOKED && part[3] in KO)
			print "Lưu ý / Note: #" part[1] " " part[2] " " KO[part[3]] " " part[3] ": khoá đã thu hồi / key revoked: " REVOKED[part[3]]
	}
	for (i = 1; i <= outs; i++) {
		code = code_of(OUT[i])
		if (code != "records" || !shows) print "Ngoài phạm vi / Outside: " AWAY[code] ABOUT
	}
	for (i = 1; i <= founds; i++) print FOUND[i]
	for (i = 1; i <= skips; i++) {
		code = code_of(SKIPPED[i])
		print "Chưa kiểm / Not checked: " LEFT[code] ABOUT
		if (i == 1) { split(LEFT[code], part, " / "); first = "KHÔNG ĐỦ: " part[1] " / NOT ENOUGH: " part[2] }
	}
	print wrong ? "SAI / WRONG" : founds ? "THIẾU / MISSING" : skips ? first : "KHỚP / MATCH"
}
EOF

# --- questions and answers ---

# All that stands behind printf here is octal, made by awk of hexadecimal digits.
# shellcheck disable=SC2059
hash_all() { # file of lines: label, bytes in octal; gives lines: label, hash
	mkdir "$WORK/m"
	while read -r label told; do printf "$told" > "$WORK/m/$label"; done < "$1"
	(cd "$WORK/m" && find . -type f -exec openssl dgst -sha256 -r {} +) | awk '{ print substr($2, 4), $1 }'
	rm -r "$WORK/m"
}

# shellcheck disable=SC2059
check_signatures() {
	while read -r label alg && read -r key && read -r value && read -r message; do
		printf "$key" > "$WORK/k"
		printf "$value" > "$WORK/s"
		printf "$message" > "$WORK/b"
		case $alg in
		-19) openssl pkeyutl -verify -pubin -keyform DER -inkey "$WORK/k" -rawin -in "$WORK/b" -sigfile "$WORK/s" ;;
		*) openssl dgst -sha256 -keyform DER -verify "$WORK/k" -signature "$WORK/s" "$WORK/b" ;;
		esac > /dev/null 2>&1 < /dev/null && good=1 || good=0
		printf 'answer s %s %s\n' "$label" "$good"
	done < "$WORK/sig"
}

# shellcheck disable=SC2059
check_macs() {
	while read -r name salt told; do
		printf "$told" > "$WORK/b"
		told=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$salt" -r "$WORK/b" < /dev/null)
		printf 'answer m %s %s\n' "$name" "${told%% *}"
	done < "$WORK/mac"
}

climb_all() {
	sed 's/^/begin /' "$WORK/climb" > "$WORK/state"
	: > "$WORK/done"
	while [ -s "$WORK/state" ]; do
		: > "$WORK/next"
		: > "$WORK/pairs"
		awk -f "$WORK/lib.awk" -f "$WORK/climb.awk" "$WORK/state" > /dev/null
		if [ -s "$WORK/pairs" ]; then hash_all "$WORK/pairs" | sed 's/^/hash /' > "$WORK/state"; else : > "$WORK/state"; fi
		cat "$WORK/next" >> "$WORK/state"
		[ -s "$WORK/next" ] || : > "$WORK/state"
	done
	cat "$WORK/done"
}

KT1_WORK=$WORK
export KT1_WORK
round=0
while [ $round -lt 9 ]; do
	rm -f "$WORK/hash" "$WORK/sig" "$WORK/mac" "$WORK/climb"
	awk -f "$WORK/lib.awk" -f "$WORK/judge.awk" "$WORK/facts" > "$WORK/told"
	code=$?
	if [ "$code" -ne 9 ]; then break; fi
	{
		[ ! -f "$WORK/hash" ] || hash_all "$WORK/hash" | sed 's/^/answer h /'
		[ ! -f "$WORK/sig" ] || check_signatures
		[ ! -f "$WORK/mac" ] || check_macs
		[ ! -f "$WORK/climb" ] || climb_all
	} >> "$WORK/facts"
	round=$((round + 1))
done
case $code in 0 | 3 | 4) : ;; *) fail 2 'Không kiểm được / The check has failed' ;; esac
cat "$WORK/told"
exit "$code"
