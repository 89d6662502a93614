"""The README of an evidence bundle: how to check it by hand, without this program."""

GUIDE = """\
GÓI CHỨNG CỨ CỦA MỘT VĂN BẢN / EVIDENCE BUNDLE OF ONE DOCUMENT
==============================================================

Kiểm tra tự động, không cần mạng / check it all, without a network:
    congvan verify GÓI.zip                    (gốc tin cậy kèm trong gói / roots as bundled)
    congvan verify GÓI.zip --trust GỐC.pem    (gốc tin cậy của bạn / with your own roots)

Chứng thư gốc kèm theo chỉ có giá trị khi bạn đã so dấu vân tay của chúng với nguồn chính thức
(Ban Cơ yếu Chính phủ, Bộ Khoa học và Công nghệ).
The bundled roots prove something only once you have compared their fingerprints with what
their owners publish.

TRONG GÓI CÓ GÌ / WHAT IS IN IT
    manifest.json     mục lục: mã băm của mọi tệp / table of contents with every digest
    revisions/        mọi bản của tệp văn bản, theo thứ tự / every revision, oldest first
    difference/       lãnh đạo đã ký gì, sau đó điền gì / what was signed, what came later
    reports/          báo cáo xác minh (JSON, PDF/A) / verification reports
    evidence/         chứng thư, CRL, OCSP, gốc tin cậy, chính sách / what the verdicts rest on
    ledger/           các dòng nhật ký của văn bản / the document's rows of the ledger
    edxml/            gói tin gửi, nhận / messages sent and received
    receipts/         biên nhận, trạng thái / receipts, deliveries, statuses
    attachments/      tệp đính kèm / attachments
    facts/            số, người ký, ủy quyền / numbers, signers, delegations;
                      thu hồi, cập nhật, thay thế / recalls, updates, replacements (changes.json)

KIỂM TRA BẰNG TAY / BY HAND
1. Tệp còn nguyên / files as they were:
       sha256sum -c SHA256SUMS
2. Chữ ký trên PDF / the signatures of a PDF:
       pdfsig revisions/NN-sealed.pdf
       pdfsig -dump revisions/NN-sealed.pdf          (-> *.sig0, *.sig1 …)
   Với mỗi chữ ký, ghép hai đoạn byte mà pdfsig in ra ("Signed Ranges: [0 - A], [B - C]"),
   join the two ranges that pdfsig prints (A, B and C are numbers):
       head -c A tệp.pdf > nội-dung; head -c C tệp.pdf | tail -c +$((B+1)) >> nội-dung
       openssl cms -verify -binary -inform DER -in tệp.sig0 -content nội-dung \\
           -CAfile evidence/roots.pem -certfile evidence/chain.pem -purpose any -out /dev/null
   Thu hồi, đúng thời điểm T (giây Unix) / revocation, at the time T (Unix seconds):
       openssl verify -attime T -crl_check -CAfile evidence/roots.pem \\
           -untrusted evidence/chain.pem -CRLfile evidence/lists.pem chứng-thư-người-ký.pem
3. Lãnh đạo đã ký gì / what the leader signed: số byte ghi trong difference/filled-later.txt:
       head -c N revisions/NN-sealed.pdf > da-ky.pdf  (= revisions/NN-signed.pdf)
4. Nhật ký / the ledger: mỗi dòng của ledger/slice.jsonl có SHA-256 bằng "digest" của dòng đó
   trong manifest.json (chain.links), và "previous" của dòng sau là "digest" của dòng trước.
   Each line's SHA-256 is the row's digest:
       sed -n 1p ledger/slice.jsonl | tr -d '\\n' | sha256sum
   Giữa hai dòng có thể là dòng của văn bản khác: nơi giữ nhật ký có thể chỉ ra chúng bằng
   "previous", "next" và "head". Rows of other documents may lie between; whoever holds the
   ledger can show them by these digests.
5. Giờ ký là giờ máy người ký, trừ khi báo cáo ghi có dấu thời gian / a signing time is as
   claimed unless the report says that a timestamp proves it.

DỮ LIỆU CÁ NHÂN / PERSONAL DATA
Gói có họ tên, chức vụ của người soạn, người ký, văn thư, và chứng thư số của họ; chỉ chuyển cho
người có quyền xem (Luật 91/2025/QH15). The bundle names the people who drafted, signed and
sealed; pass it on only to whom the law lets see it.

BÍ MẬT NHÀ NƯỚC / STATE SECRETS
Hệ thống không nhận văn bản mật, nên gói này không có. The system takes no secret document in,
so none is in here.
"""
