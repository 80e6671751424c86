"""Any text goes into a page and comes out of its parser as it was."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from piste.report.elements import clean, element, written

texts = st.text(max_size=40).map(lambda text: text.replace("\r", " ").replace("\n", " "))


class Found(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.title: str | None = None
        self.said = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.title = dict(attrs).get("title") or ""

    def handle_data(self, data: str) -> None:
        self.said += data


@given(texts, texts)
def test_text_and_attributes_are_read_back(said: str, title: str) -> None:
    found = Found(written(element("p", said, title=title)))
    assert found.tags == ["p"]
    assert found.said == clean(said)
    assert found.title == clean(title)


@given(st.text(max_size=40))
def test_cleaning_keeps_the_length_and_is_done_once(text: str) -> None:
    assert len(clean(text)) == len(text)
    assert clean(clean(text)) == clean(text)
    clean(text).encode("utf-8")


def test_ordinary_writing_of_every_script_is_kept() -> None:
    text = 'naïve "a" <b> & 性别 שם العمود ไทย 👩‍🔬\ttab\nline'
    assert clean(text) == text


def test_texts_and_elements_keep_their_order() -> None:
    made = element("p", "a", element("b", "b"), "c", element("i", "d"), "e", class_="x", aria_label="y")
    assert written(made) == '<p class="x" aria-label="y">a<b>b</b>c<i>d</i>e</p>'
