"""The report of a run, drawn from its records alone: as panels, one HTML page, plain text or JSON. No JAX here."""

from piste.report.document import json
from piste.report.page import html
from piste.report.plain import text
from piste.report.views import panels_of
from piste.report.write import write_report

__all__ = ["html", "json", "panels_of", "text", "write_report"]
