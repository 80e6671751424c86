"""The chain rule as a person sees it: text, LaTeX, a picture, and a notebook's rich display."""

from dataclasses import dataclass

from piste.core.graph_words import chain_latex, chain_text
from piste.core.graphs import ChainRecord
from piste.lens.chain.picture import chain_picture


@dataclass(frozen=True)
class Chain:
    """The chain rule for one weight; `record` has the numbers. A notebook shows the picture above the text."""

    record: ChainRecord

    @property
    def gradient(self) -> float:
        """The derivative of the loss by the weight."""
        return self.record.gradient

    def text(self) -> str:
        """Return the derivation as plain text."""
        return chain_text(self.record)

    def latex(self) -> str:
        """Return the derivation as LaTeX between `$$`."""
        return chain_latex(self.record)

    def svg(self) -> str:
        """Return the heaviest paths, or the layers, as a picture."""
        return chain_picture(self.record)

    def __str__(self) -> str:
        return self.text()

    def _repr_latex_(self) -> str:
        return self.latex()

    def _repr_html_(self) -> str:
        from html import escape

        return f"<div>{self.svg()}<pre>{escape(self.text())}</pre></div>"
