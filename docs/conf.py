"""How the documentation is built."""

from pathlib import Path

from piste import __version__
from piste.cli.application import application

project = "Piste"
copyright = "the Piste authors"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = f"Piste {__version__}"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_format = "short"
napoleon_google_docstring = False
napoleon_preprocess_types = False

# The reference of the command line is written from the same declarations that parse it, from the list of verbs on.
GENERATED = Path(__file__).parent / "_build" / "command-line.md"
GENERATED.parent.mkdir(exist_ok=True)
_, HEADING, LIST = application().generate_docs(output_format="markdown").partition("**Commands**:\n")
GENERATED.write_text(HEADING + LIST, encoding="utf-8")
