"""HTML from the templates, in which every text is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nhs_league.core.answers import Answer
from nhs_league.render.blocks import Grid, Heading, Line, Numbered, Points, Remark
from nhs_league.render.document import document
from nhs_league.render.meta import Meta
from nhs_league.render.theme import DARK, LIGHT


def to_html(answer: Answer, meta: Meta) -> str:
    """Write an answer's document as one ``section``, without styles or scripts."""
    return render("document.html.j2", blocks=document(answer, meta))


def to_notebook(answer: Answer, meta: Meta) -> str:
    """Write an answer's document as a notebook shows it.

    It has styles of its own, each title once, and first what was assumed, which a command prints
    beside its answer.
    """
    blocks = [*map(Remark, answer.assumptions), *document(answer, meta)]
    captions = {block.caption for block in blocks if isinstance(block, Grid)}
    shown = [
        block for block in blocks if not (isinstance(block, Heading) and block.text in captions)
    ]
    return render("notebook.html.j2", blocks=shown)


def render(template: str, **values: object) -> str:
    """Fill in a template.

    Args:
        template: its file in ``templates``.
        values: what the template names; a text that is no ``Markup`` is escaped.

    Raises:
        jinja2.UndefinedError: the template names what ``values`` lacks.

    """
    return _environment().get_template(template).render(values)


@cache
def asset(name: str) -> Markup:
    """Return a style sheet or a script of ``templates``, to stand in a page as it is."""
    return Markup(files(__package__).joinpath("templates", name).read_text("utf-8"))  # noqa: S704


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("nhs_league.render"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for kind in (Heading, Line, Numbered, Points, Grid, Remark):
        environment.tests[kind.__name__.lower()] = _is(kind)
    environment.filters["sha256"] = _sha256
    environment.globals["asset"] = asset
    environment.globals["tones"] = {"light": tuple(LIGHT.items()), "dark": tuple(DARK.items())}
    return environment


def _is(kind: type) -> Callable[[object], bool]:
    return lambda block: isinstance(block, kind)


def _sha256(text: str) -> str:
    """Return the hash of a script as a Content-Security-Policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
