#!/bin/sh
# 自行核对证据包：只需要 sh、sha256sum 和 openssl，不联网。用法：sh ./check-it-yourself.sh
# 全部相符时最后一行是“核对通过”，退出码 0；否则逐项说明，退出码 1。每一步的含义见 check-it-yourself.txt。
cd "$(dirname "$0")" || exit 1
export LC_ALL=C
bad=0
note() { printf '  - %s\n' "$1"; bad=1; }
aside=$(mktemp -d) || exit 1
trap 'rm -rf "$aside"' EXIT

echo "1. 每个文件与清单（SHA-256）"
for list in tagmanifest-sha256.txt manifest-sha256.txt; do
    sha256sum --quiet -c "$list" || note "$list：有文件与清单不符，见上面几行"
done

echo "2. 清单之外没有多出来的文件"
sed 's/^[0-9a-f]*  //' manifest-sha256.txt tagmanifest-sha256.txt > "$aside/listed"
printf '%s\n' tagmanifest-sha256.txt package.sig >> "$aside/listed"
find . ! -type d | sed 's/^\.\///' | sort > "$aside/there"
sort "$aside/listed" | comm -13 - "$aside/there" > "$aside/extra"
while IFS= read -r name; do note "$name：多出来的文件，清单里没有"; done < "$aside/extra"
find . -type l | while IFS= read -r name; do echo "$name"; done > "$aside/links"
[ -s "$aside/links" ] && note "有链接，不该有：$(cat "$aside/links")"

signed() { # 公钥 文件 签名
    openssl pkeyutl -verify -rawin -pubin -inkey "$1" -in "$2" -sigfile "$3" > /dev/null 2>&1
}

echo "3. 整个包的签名（Ed25519）"
signed keys/package.pem tagmanifest-sha256.txt package.sig || note "package.sig：签名与清单不符"

echo "4. 每份固定：校验值、签名、时间戳"
for folder in data/snapshots/*/ data/disclosure/*/; do
    [ -d "$folder" ] || continue
    folder=${folder%/}
    id=$(basename "$folder")
    (cd "$folder" && sha256sum --quiet -c manifest.sha256) || note "$folder：manifest.json 与 manifest.sha256 不符"
    sm3=$(openssl dgst -sm3 -r "$folder/manifest.json" 2> /dev/null | cut -c1-64)
    if [ -n "$sm3" ] && [ "$sm3  manifest.json" != "$(cat "$folder/manifest.sm3")" ]; then
        note "$folder：manifest.json 与 manifest.sm3 不符"
    fi
    key=$(sed -n 's/^ *"key_id": "\([0-9a-f]*\)".*/\1/p' "$folder/manifest.json" | head -n 1)
    if [ -n "$key" ]; then
        signed "keys/$key.pem" "$folder/manifest.json" "$folder/manifest.sig" ||
            note "$folder：manifest.sig 签名不符"
    else
        echo "   $id：旧格式，没有签名"
    fi
    stamped=""
    for answer in "$folder".tsr "$folder".*.tsr; do
        [ -f "$answer" ] || continue
        stamped=yes
        when=$(openssl ts -reply -in "$answer" -text 2> /dev/null | sed -n 's/^Time stamp: //p')
        echo "   $id  Time stamp: $when"
        # 按当时核对：之后到期的证书，不影响它在有效期内签出的时间戳
        at=$(date -u -d "$when" +%s 2> /dev/null)
        openssl ts -verify -in "$answer" -data "$folder/manifest.json" -CAfile authorities/roots.pem \
            ${at:+-attime "$at"} > /dev/null 2>&1 || note "$answer：时间戳与清单不符，或证书不对"
    done
    [ -n "$stamped" ] || echo "   $id：无第三方时间戳"
done

echo "签名密钥编号（请与签发单位公布的编号比对）：$(cat keys/package-key-id.txt)"
if [ "$bad" = 0 ]; then echo "核对通过"; else echo "核对不通过"; fi
exit "$bad"
