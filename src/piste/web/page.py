"""The documents and files of the page, as they lie in this package."""

from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from piste.core.records import encode_line
from piste.web.catalogue import ENGLISH, catalogue

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def page(name: str, language: str = ENGLISH) -> str:
    """Return the document of a view: the frame that all share, with the view's own script and all sentences inside."""
    texts = catalogue(language)
    return Template(_read("page.html").decode()).substitute(
        language=language,
        view=name,
        title=texts["title"],
        skip=texts["skip-link"],
        without=texts["without-script"],
        # Inside a script element only "<" could end it; JSON may spell it otherwise.
        texts=encode_line(texts).decode().strip().replace("<", "\\u003c"),
    )


def assets() -> Route:
    """Return the route for styles and scripts: the files of this package, and no path of a person's choosing."""
    known = {path.name for path in files("piste.web").joinpath("assets").iterdir() if _kind(path.name)}

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in known:
            return PlainTextResponse("Not found.", 404)
        return Response(_read(name), media_type=_kind(name))

    return Route("/assets/{name}", asset, methods=["GET"])


def _kind(name: str) -> str | None:
    return next((kind for suffix, kind in KINDS.items() if name.endswith(suffix)), None)


def _read(name: str) -> bytes:
    return files("piste.web").joinpath("assets", name).read_bytes()
