"""The documents and files of the page, as they lie in this package."""

from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from piste.core.records import encode_line
from piste.web.catalogue import ENGLISH, LANGUAGES, all_texts

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


COOKIE = "piste-language"  # set by the page where a person chooses a language
CHARTS = "charts.min.js"  # of the report: what draws its charts
FRAMES = {"main": "main.html"}


def language_of(request: Request) -> str:
    """Return the language that the person chose, or else the first that the browser asks for and the page speaks."""
    asked = [request.cookies.get(COOKIE, ""), *request.headers.get("accept-language", "").split(",")]
    codes = (one.split(";")[0].split("-")[0].strip().lower() for one in asked)
    return next((code for code in codes if code in LANGUAGES), ENGLISH)


def spoken_in(request: Request) -> str:
    """Return the language that the address asks for as `language`; English where it names none that the page speaks."""
    asked = request.query_params.get("language", "")
    return asked if asked in LANGUAGES else ENGLISH


def page(name: str, language: str = ENGLISH, **more: str) -> str:
    """Return the document of a view: its frame with the view's own script and all sentences inside."""
    texts = all_texts(language)
    return Template(_read(FRAMES.get(name, "page.html")).decode()).substitute(
        more,
        language=language,
        view=name,
        title=texts[f"{name}-title"],
        skip=texts[f"{name}-skip-link"],
        without=texts["without-script"],
        # Inside a script element only "<" could end it; JSON may spell it otherwise.
        texts=encode_line(texts).decode().strip().replace("<", "\\u003c"),
    )


def assets() -> Route:
    """Return the route for styles and scripts: the files of this package, and no path of a person's choosing."""
    known = {
        path.name: path
        for package in ("piste.report", "piste.web")
        for path in files(package).joinpath("assets").iterdir()
        if _kind(path.name) and (package == "piste.web" or path.name == CHARTS)
    }

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in known:
            return PlainTextResponse("Not found.", 404)
        return Response(known[name].read_bytes(), media_type=_kind(name))

    return Route("/assets/{name}", asset, methods=["GET"])


def _kind(name: str) -> str | None:
    return next((kind for suffix, kind in KINDS.items() if name.endswith(suffix)), None)


def _read(name: str) -> bytes:
    return files("piste.web").joinpath("assets", name).read_bytes()
