#!/bin/sh
# Installs what the system lacks (Debian 12), or says what to install.
# usage: system-packages.sh python|runtime|test
set -eu
missing=""
need() { # need PACKAGE TEST…
    package=$1; shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
case "$1" in
python)
    need python3-venv python3.11 -c 'import ensurepip, venv'
    ;;
runtime)
    need fonts-liberation2 test -f /usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf
    need tesseract-ocr command -v tesseract
    need tesseract-ocr-vie sh -c 'tesseract --list-langs | grep -qx vie'
    ;;
test)
    need fonts-liberation2 test -f /usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf
    need qpdf command -v qpdf
    need poppler-utils command -v pdfsig
    need libnss3-tools command -v certutil
    need openssl command -v openssl
    need mupdf-tools command -v mutool
    need unzip command -v unzip
    need xmlsec1 command -v xmlsec1
    need softhsm2 command -v softhsm2-util
    need postgresql-15 test -x /usr/lib/postgresql/15/bin/initdb
    need php-cli command -v php
    need php-soap sh -c 'php -m | grep -qi "^soap$"'
    need nodejs command -v node
    need npm command -v npm
    need default-jdk-headless command -v javac
    need libjaxws-java test -f /usr/share/java/jaxws-tools.jar
    need curl command -v curl
    need libreoffice-writer-nogui command -v soffice
    need tesseract-ocr command -v tesseract
    need tesseract-ocr-vie sh -c 'tesseract --list-langs | grep -qx vie'
    need chromium command -v chromium
    ;;
*)
    echo "usage: $0 python|runtime|test" >&2; exit 2
    ;;
esac
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    sudo=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "Thiếu gói hệ thống / missing system packages:$missing" >&2
    echo "Hãy chạy / please run:  sudo apt-get install$missing" >&2
    exit 1
fi
echo "Cài gói hệ thống / installing:$missing"
# a package mirror may be slow or half updated once: one more try before giving up
for attempt in 1 2; do
    # shellcheck disable=SC2086
    if $sudo apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
        $sudo apt-get -qq install -y --no-install-recommends $missing >/dev/null; then
        exit 0
    fi
done
echo "Không cài được / could not install:$missing" >&2
exit 1
