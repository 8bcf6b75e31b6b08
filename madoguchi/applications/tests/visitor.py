"""A resident's browser without JavaScript, in front of Django's test client: opens pages, fills in forms, sends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madoguchi.procedures.definition import Definition, Question
from madoguchi.procedures.kinds import registry

Fields = list[tuple[str, str]]


@dataclass
class Form:
    """A form as a browser sees it: where it goes, what stands in its fields, its buttons and file choosers."""

    action: str
    multipart: bool
    fields: Fields = field(default_factory=list)
    buttons: Fields = field(default_factory=list)
    names: set[str] = field(default_factory=set)  # of everything a person can fill in
    files: set[str] = field(default_factory=set)

    def value(self, name: str) -> str:
        """What stands in a field, "" when nothing does."""
        return next((value for key, value in self.fields if key == name), "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.ids: set[str] = set()
        self.in_main = False
        self._form: Form | None = None
        self._area: tuple[str, list[str]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {key: value or "" for key, value in attrs}
        if a.get("id"):
            self.ids.add(a["id"])
        if tag == "main":
            self.in_main = True
        if not self.in_main:
            return
        if tag == "a" and a.get("href"):
            self.links.append(a["href"])
        elif tag == "form":
            self._form = Form(a.get("action", ""), a.get("enctype") == "multipart/form-data")
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, a, self._form)

    def _control(self, tag: str, a: dict[str, str], form: Form) -> None:
        name, kind = a.get("name", ""), a.get("type", "text")
        if tag == "button" and name:
            form.buttons.append((name, a.get("value", "")))
        elif tag == "textarea":
            self._area = (name, [])
            form.names.add(name)
        elif tag == "select":
            self._select = name
            form.names.add(name)
        elif tag == "option" and self._select and "selected" in a:
            form.fields.append((self._select, a.get("value", "")))
        elif tag == "input" and name:
            if kind != "hidden":
                form.names.add(name)
            if kind == "file":
                form.files.add(name)
            elif kind not in ("checkbox", "radio") or "checked" in a:
                form.fields.append((name, a.get("value", "on" if kind in ("checkbox", "radio") else "")))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)
        if self.in_main:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None and self._form is not None:
            self._form.fields.append((self._area[0], "".join(self._area[1]).removeprefix("\n")))
            self._area = None
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = None
        elif tag == "main":
            self.in_main = False


class Page:
    """What the browser shows: address, status, text and forms of the main part."""

    def __init__(self, response: Any, path: str) -> None:
        self.response = response
        self.status: int = response.status_code
        self.path = path
        self.html = response.content.decode() if "html" in response.headers.get("Content-Type", "") else ""
        reader = _Reader()
        reader.feed(self.html)
        self.forms, self.links, self.ids = reader.forms, reader.links, reader.ids
        self.text = " ".join("".join(reader.text).split())

    def form(self, part_of_action: str = "") -> Form:
        """The first form of the page that goes to an address with this part."""
        return next(f for f in self.forms if part_of_action in f.action)

    @property
    def has_form(self) -> bool:
        """Whether there is anything to send."""
        return bool(self.forms)


class Visitor:
    """One browser: keeps its cookies, sends the safety token that stands in the page."""

    def __init__(self, **options: Any) -> None:
        self.client = Client(enforce_csrf_checks=True, **options)
        self.paths: list[str] = []

    def open(self, path: str) -> Page:
        """Go to an address, following redirections."""
        for _ in range(8):
            self.paths.append(path)
            response = self.client.get(path)
            if response.status_code not in (301, 302):
                return Page(response, path)
            path = urljoin(path, response.headers["Location"])
        raise AssertionError(f"redirected in circles at {urlsplit(path).path}")

    def send(
        self,
        page: Page,
        changes: Mapping[str, str | Sequence[str]] | None = None,
        *,
        button: tuple[str, str] | None = None,
        form: Form | None = None,
        files: Iterable[tuple[str, str, bytes]] = (),
    ) -> Page:
        """Fill in and send a form of the page; files are (field, name, content). Returns the page that follows."""
        form = form or page.form()
        return self.post(
            urljoin(page.path, form.action), self.filled(form, changes or {}, button), files, form.multipart
        )

    @staticmethod
    def filled(
        form: Form, changes: Mapping[str, str | Sequence[str]], button: tuple[str, str] | None = None
    ) -> Fields:
        """The fields of a form after these changes."""
        fields = [(name, value) for name, value in form.fields if name not in changes]
        for name, value in changes.items():
            fields += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        return [*fields, button] if button else fields

    def post(
        self, path: str, fields: Fields, files: Iterable[tuple[str, str, bytes]] = (), multipart: bool = False
    ) -> Page:
        """Send fields as they are, and follow."""
        self.paths.append(path)
        sent = list(files)
        headers = {"origin": "http://testserver"}
        if multipart or sent:
            data: dict[str, Any] = {}
            for name, value in fields:
                data.setdefault(name, []).append(value)
            for name, file_name, content in sent:
                data.setdefault(name, []).append(SimpleUploadedFile(file_name, content))
            response = self.client.post(path, data, headers=headers)
        else:
            response = self.client.post(
                path, urlencode(fields), content_type="application/x-www-form-urlencoded", headers=headers
            )
        if response.status_code in (301, 302):
            return self.open(urljoin(path, response.headers["Location"]))
        return Page(response, path)

    # --- a whole filing -------------------------------------------------------------------------------------

    def start(self, procedure_id: str) -> Page:
        """Press the button on the procedure's page."""
        page = self.open(f"/procedures/{procedure_id}/")
        return self.send(page, form=page.form("/start/"))

    def answer(self, page: Page, definition: Definition, answers: Mapping[str, Any]) -> Page:
        """Fill in the questions of this page, and those that open, from canonical answers; send it."""
        for _ in range(6):
            page = self.send(page, typed_answers(page.form(), definition, answers))
            if "お答えに合わせて" not in page.text:
                break
        return page

    def fill(
        self, page: Page, definition: Definition, answers: Mapping[str, Any], *, until: str = ""
    ) -> Page:
        """From the first page to the check page, or to one that says `until`; documents are left for later."""
        members = {
            group.id: list(answers.get(group.id) or ())
            for section in definition.sections
            if (group := section.group) is not None
        }
        for _ in range(60):
            if page.path.endswith("/check/") or (until and until in page.text):
                return page
            assert page.status == 200, page.text
            parts = page.path.strip("/").split("/")
            group = definition.section(parts[4]).group if parts[3] == "s" else None
            if group is not None and len(parts) > 5:
                page = self.answer(page, definition, members[group.id].pop(0))
            elif group is not None and members[group.id]:
                page = self.send(page, button=("add", "1"))
            else:
                page = self.answer(page, definition, answers)
        raise AssertionError("the check page never came")

    def file(self, procedure_id: str, definition: Definition, answers: Mapping[str, Any]) -> Page:
        """The whole journey; returns the receipt."""
        return self.send(self.fill(self.start(procedure_id), definition, answers))


def typed_answers(
    form: Form, definition: Definition, answers: Mapping[str, Any]
) -> dict[str, str | Sequence[str]]:
    """What somebody with these answers types into a form."""
    fields: dict[str, str | Sequence[str]] = {}
    asked = {name.split(".")[1] for name in form.names if name.startswith("q.")}
    for question_id in sorted(asked):
        if definition.has_question(question_id) and answers.get(question_id) is not None:
            fields |= typed_fields(definition.question(question_id), answers[question_id])
    return fields


def typed_fields(question: Question, value: Any, prefix: str = "q.") -> dict[str, str | Sequence[str]]:
    """The fields of one question as somebody with this answer fills them in."""
    raw = registry.of(question).raw_of(question, value)
    return {
        prefix + question.id + (f".{part}" if part else ""): text
        for part, text in raw.items()
        if "#" not in part and (part != "single" or text)
    }


def same_browser(visitor: Visitor) -> Visitor:
    """A second window of the same browser, with the cookies as they are now."""
    other = Visitor()
    for name, morsel in visitor.client.cookies.items():
        other.client.cookies[name] = morsel.value
    return other
