#!/bin/sh
# Checks an evidence bundle with nothing but unzip, sha256sum, pdfsig and openssl, as its README says.
# Says one line for each thing that holds; ends at the first that does not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unzip -q "$1" -d "$folder"
cd "$folder"

sha256sum --quiet -c SHA256SUMS
echo "files: $(wc -l < SHA256SUMS)"

grep -o '"digest": *"[0-9a-f]*"' manifest.json | cut -d'"' -f4 > written
while IFS= read -r row; do
    printf '%s' "$row" | sha256sum | cut -c1-64
done < ledger/slice.jsonl > hashed
cmp written hashed
for previous in $(grep -o '"previous":"[0-9a-f]*"' ledger/slice.jsonl | cut -d'"' -f4); do
    grep -q "\"previous\": *\"$previous\"" manifest.json
done
echo "ledger: $(wc -l < hashed)"

pdf=$(ls revisions/*-sealed.pdf revisions/*-received.pdf 2> /dev/null | tail -n 1)
pdfsig -nocert "$pdf" > judged
ranges=$(grep -c 'Signed Ranges' judged)
test "$(grep -c 'Signature Validation: Signature is Valid.' judged)" = "$ranges"
mkdir dumped
(cd dumped && pdfsig -nocert -dump "../$pdf" > /dev/null)
number=0
grep 'Signed Ranges' judged | tr -dc '0-9 \n' > numbers
while read -r _ until from end; do
    { head -c "$until" "$pdf"; head -c "$end" "$pdf" | tail -c +$((from + 1)); } > content
    openssl cms -verify -binary -inform DER -in "dumped/$(basename "$pdf").sig$number" \
        -content content -CAfile evidence/roots.pem -certfile evidence/chain.pem \
        -purpose any -signer "signer$number.pem" -out /dev/null 2> said || { cat said; exit 1; }
    openssl verify -crl_check -CAfile evidence/roots.pem -untrusted evidence/chain.pem \
        -CRLfile evidence/lists.pem "signer$number.pem" > /dev/null
    echo "signature $number: $(openssl x509 -noout -subject -nameopt utf8,sname,sep_comma_plus < "signer$number.pem")"
    number=$((number + 1))
done < numbers
test "$number" = "$ranges"

signed=$(grep 'first bytes of the file' difference/filled-later.txt | tr -dc '0-9')
for revision in revisions/*-signed.pdf; do
    test -e "$revision" || continue
    head -c "$signed" "$pdf" | cmp - "$revision"
    echo "signed: $signed"
done
