"""Pages out of templates: whole ones, or one block where htmx wants a part.

Everything that is put into a page is escaped; what the person is told after a redirect travels in
a cookie that only this server reads, once.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from babel.support import NullTranslations
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from documents.errors import OfficeError
from web.language import LANGUAGES, translations
from web.navigation import menu
from web.remedy import remedy
from web.visitor import CSRF_FIELD, Visitor, is_secure
from web.wording import FILTERS, SPOKEN

FOLDER = Path(__file__).parent
SAID = "congvan-said"
"""Cookie with what to tell after a redirect."""
_LONGEST_SAID = 600


@lru_cache(maxsize=4)
def environment(language: str) -> Environment:
    """Return the templates in *language*."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.policies["ext.i18n.trimmed"] = True
    found = translations(language)
    made.install_gettext_translations(found, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(FILTERS)
    made.filters |= {name: _spoken(FILTERS[name], found) for name in SPOKEN}
    made.filters["cach_sua"] = lambda text: remedy(text, language, found.gettext)
    made.globals.update(asset=asset, csrf_field=CSRF_FIELD)
    return made


def _spoken(said: Callable[..., str], found: NullTranslations) -> Callable[..., str]:
    """Return the filter that says what *said* says in the page's language."""
    return lambda *values: found.gettext(said(*values))


def warm() -> None:
    """Compile every template, so that the first to come need not wait for it."""
    for language in LANGUAGES:
        for name in environment(language).list_templates(extensions=["html"]):
            environment(language).get_template(name)


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """Return the address of a file of web/static, by its content: it may be kept for ever."""
    content = (FOLDER / "static" / path).read_bytes()
    return f"/static/{path}?v={sha256(content).hexdigest()[:10]}"


def page(
    here: Visitor, name: str, *, block: str = "", status: int = 200, **context: Any
) -> HTMLResponse:
    """Return the page *name* for a visitor.

    Args:
        here: Who sees it.
        name: A template, `folder/name.html`.
        block: What htmx gets instead of the whole page.
        status: Of HTTP.
        context: What the template speaks of.
    """
    said = _said(here.request)
    given = context | {
        "here": here,
        "visit": here.visit,
        "csrf": here.visit.csrf,
        "lang": here.language,
        "path": here.request.url.path,
        "said": said,
        "fault": context.get("fault"),
    }
    template = environment(here.language).get_template(name)
    if block and here.from_htmx:
        text = "".join(template.blocks[block](template.new_context(given)))
    else:
        text = template.render(given | {"menu": menu(here)})
    response = HTMLResponse(text, status)
    if said:
        response.delete_cookie(SAID)
    return response


def with_fault(
    here: Visitor, name: str, fault: OfficeError, *, block: str = "", **context: Any
) -> HTMLResponse:
    """Return a form again, with what was typed in *context* and why it was refused on top."""
    return page(here, name, block=block, status=422, fault=fault, **context)


def plain_page(request: Request, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page for somebody who is not logged in."""
    language = context.pop("lang", "vi")
    given = {"lang": language, "path": request.url.path, "fault": None, "said": ""} | context
    return HTMLResponse(environment(language).get_template(name).render(given), status)


def redirect(here: Visitor, url: str, said: str = "") -> Response:
    """Send the browser on after a form was taken (303), and tell *said* there.

    Args:
        here: Who sent the form.
        url: A path of ours; anything else leads home.
        said: One sentence.
    """
    url = own_path(url)
    response: Response
    if here.from_htmx:
        said_url = quote(url.encode("utf-8", "replace"), safe=":/%#?=@[]!$&'()*+,;")
        response = Response(status_code=204, headers={"HX-Redirect": said_url})
    else:
        response = RedirectResponse(url, 303)
    if said:
        said = translations(here.language).gettext(said)
        kept = urlsafe_b64encode(said[:_LONGEST_SAID].encode("utf-8", "replace")).decode()
        secure = is_secure(here.office)
        response.set_cookie(SAID, kept, 60, httponly=True, samesite="lax", secure=secure)
    return response


def own_path(url: str) -> str:
    """Return *url* if it is a path on this host, else `/`: nobody is sent elsewhere."""
    try:
        parts = urlsplit(url[:2000].replace("\\", "/"))
    except ValueError:  # half an IPv6 address
        return "/"
    outside = parts.scheme or parts.netloc or not url.startswith("/") or url.startswith("//")
    broken = any(ord(sign) < 33 or ord(sign) == 127 for sign in url)
    return "/" if outside or broken or url[1:2] in {"/", "\\"} else url[:2000]


def _said(request: Request) -> str:
    kept = request.cookies.get(SAID, "")[:2000]
    try:
        return urlsafe_b64decode(kept.encode("ascii")).decode("utf-8")[:_LONGEST_SAID]
    except ValueError:
        return ""


def attachment_headers(name: str, *, inline: bool = False) -> Mapping[str, str]:
    """Return the headers of a file that is downloaded, or shown (RFC 6266, RFC 8187)."""
    ascii_name = "".join(s if s.isascii() and (s.isalnum() or s in " .-_") else "_" for s in name)
    kind = "inline" if inline else "attachment"
    quoted = quote(name[:150].encode("utf-8", "replace"), safe="")
    named = f"filename=\"{ascii_name[:150]}\"; filename*=UTF-8''{quoted}"
    return {
        "Content-Disposition": f"{kind}; {named}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
