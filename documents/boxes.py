"""Every place on paper that is filled after a draft is typed: its size, text and article.

The one table of lengths (PDF points, 1/72 inch) that drafting leaves room by and
signing draws by; `docs/boxes.md` is printed from it. Legal source: Decree
30/2020/ND-CP, Appendix I: Part I (layout), Part II (copies), Part IV (numbered
places). What the decree leaves open is said in `remark`.
"""

from dataclasses import dataclass

MILLIMETRE = 72 / 25.4
"""One millimetre in PDF points."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place: how large it is and what stands in it."""

    name: str
    element: str
    """Number of the place in Appendix I, Part IV; empty where the decree has none."""
    article: str
    width: float
    """PDF points."""
    height: float
    """PDF points."""
    text_size: float
    """Points; 0 where an image stands."""
    where: str
    remark: str = ""


NUMBER = Place(
    "number",
    "3",
    "Phụ lục I, Phần I, II.3",
    34.0,
    16.0,
    13.0,
    "khoảng trống sau «Số:», chữ đứng, đen / the gap after «Số:», upright, black",
    "rộng đủ năm chữ số / five digits wide",
)
DAY = Place(
    "day",
    "4",
    "Phụ lục I, Phần I, II.4",
    20.0,
    16.0,
    13.0,
    "khoảng trống sau «ngày», chữ nghiêng / the gap after «ngày», italic",
)
MONTH = Place(
    "month",
    "4",
    "Phụ lục I, Phần I, II.4",
    20.0,
    16.0,
    13.0,
    "khoảng trống sau «tháng», chữ nghiêng / the gap after «tháng», italic",
)
SIGNATURE = Place(
    "signature",
    "7c",
    "Điều 13.7; Phụ lục I, Phần I, II.7d",
    45 * MILLIMETRE,
    22 * MILLIMETRE,
    0.0,
    "giữa chức vụ và họ tên người ký, ảnh màu xanh / centred between title and name, blue",
    "không thấp hơn 11 mm / never lower than 11 mm",
)
SEAL = Place(
    "seal",
    "8",
    "Phụ lục I, Phần I, II.8a",
    40 * MILLIMETRE,
    40 * MILLIMETRE,
    0.0,
    "trùm khoảng 1/3 ảnh chữ ký về bên trái, màu đỏ / over the left third of the signature, red",
    "kích thước thực tế: ảnh có ghi mm thì theo ảnh, tối đa 40 mm / real size: as the image's "
    "own resolution says, at most 40 mm",
)
ATTACHMENT = Place(
    "attachment",
    "",
    "Phụ lục I, Phần I, II.8b, III.1d",
    80 * MILLIMETRE,
    45.0,
    10.0,
    "góc trên bên phải trang đầu, không hình, chữ đứng, đen / top right corner of page 1, no "
    "image, upright, black",
    "nằm trong lề trên 20 mm: cách mép trên 4 mm, mép phải 15 mm / within the top margin",
)
COPY = Place(
    "copy",
    "14",
    "Điều 25 đến 27; Phụ lục I, Phần II, 2",
    ATTACHMENT.width,
    ATTACHMENT.height,
    10.0,
    ATTACHMENT.where,
    ATTACHMENT.remark,
)
INITIALS = Place(
    "initials",
    "",
    "",
    12 * MILLIMETRE,
    6 * MILLIMETRE,
    0.0,
    "bên phải dòng «Lưu: VT, …» của Nơi nhận, từ trái sang / right of the line «Lưu: VT, …»",
    "thông lệ, Nghị định không quy định / practice, not in the decree",
)
PLACES = (NUMBER, DAY, MONTH, SIGNATURE, SEAL, ATTACHMENT, COPY, INITIALS)

BASELINE = 4.0
"""From the lower edge of number, day and month to their digits' baseline."""
CLEAR = 1.0
"""Between a gap's neighbours in print and its box."""
LEAST_SIGNATURE_HEIGHT = SIGNATURE.height / 2
"""Anything lower makes a signature illegible."""
LEAST_SEAL = 20 * MILLIMETRE
"""A seal's image that claims to be smaller was drawn without thought of its size."""

CORNER_TOP = 4 * MILLIMETRE
"""From the page's upper edge to the box of ATTACHMENT and COPY."""
CORNER_RIGHT = 15 * MILLIMETRE
"""From the page's right edge; the least right margin (Appendix I, Part I, I.5)."""
CORNER_LEADING = 11.25
"""Between baselines: four lines fill the box."""


def table() -> str:
    """Return the table as it stands in `docs/boxes.md` (Markdown)."""
    rows = [
        "| chỗ / place | ô / box | điều / article | rộng × cao, pt | mm | cỡ chữ / size "
        "| vị trí / where |",
        "|---|---|---|---|---|---|---|",
    ]
    for place in PLACES:
        millimetres = f"{place.width / MILLIMETRE:.1f} × {place.height / MILLIMETRE:.1f}"
        where = f"{place.where}; {place.remark}" if place.remark else place.where
        rows.append(
            f"| `{place.name}` | {place.element or '–'} | {place.article or '–'} "
            f"| {place.width:.1f} × {place.height:.1f} | {millimetres} "
            f"| {f'{place.text_size:g}' if place.text_size else '–'} | {where} |"
        )
    return "\n".join(rows)
