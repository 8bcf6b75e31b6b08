import io
import socket
import threading

import pytest

from madoguchi.common.files.clamd import ClamdScanner, open_clamd
from madoguchi.common.files.registry import UnknownAddress, open_scanner
from madoguchi.common.files.scanning import Finding, Verdict
from madoguchi.common.files.tests import clamd_counterpart
from madoguchi.common.files.tests.making import EICAR


@pytest.fixture(params=["tcp", "unix"])
def daemon(request, tmp_path):
    with clamd_counterpart.running(tmp_path / "clamd" if request.param == "unix" else None) as running:
        yield running


def test_harmless_content_is_clean_and_was_sent_whole(daemon):
    server, url = daemon
    content = bytes(range(256)) * 1000

    assert open_scanner(url).scan(io.BytesIO(content)) == Verdict(Finding.CLEAN)
    assert server.scanned == [content]


def test_the_eicar_text_is_found_even_across_the_border_of_two_chunks(daemon):
    _server, url = daemon

    verdict = open_scanner(url).scan(io.BytesIO(b"x" * (64 * 1024 - 10) + EICAR + b"x" * 1000))

    assert verdict == Verdict(Finding.INFECTED, "Eicar-Test-Signature")


def test_the_scanner_answers_that_it_is_there(daemon):
    _server, url = daemon

    assert open_scanner(url).check()


def test_content_longer_than_the_scanner_takes_is_not_called_clean(daemon):
    server, url = daemon
    server.longest = 1000

    assert open_scanner(url).scan(io.BytesIO(b"x" * 5000)).finding is Finding.UNAVAILABLE


def test_a_scanner_that_is_down_is_unavailable(tmp_path):
    for scanner in (ClamdScanner(("127.0.0.1", 9)), ClamdScanner(str(tmp_path / "nothing"))):
        assert scanner.scan(io.BytesIO(b"content")).finding is Finding.UNAVAILABLE
        assert not scanner.check()


def answering(reply: bytes):
    """A listener that answers anything with these bytes and hangs up; for what no sound daemon says."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer():
        connection, _address = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(reply)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    return listener, thread


@pytest.mark.parametrize(
    "reply", [b"", b"\0", b"stream: Access denied. ERROR\0", b"OK", b"HTTP/1.1 400 Bad Request\r\n"]
)
def test_an_answer_that_is_not_an_ok_is_never_clean(reply):
    listener, thread = answering(reply)
    with listener:
        verdict = ClamdScanner(listener.getsockname()).scan(io.BytesIO(b"content"))
        thread.join()

    assert verdict.finding is Finding.UNAVAILABLE


@pytest.mark.slow
def test_a_scanner_that_never_answers_is_unavailable_after_its_time():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scanner = ClamdScanner(listener.getsockname(), scan_seconds=0.2)

        assert scanner.scan(io.BytesIO(b"content")) == Verdict(Finding.UNAVAILABLE, "TimeoutError")


def test_without_a_scanner_nothing_is_called_clean():
    scanner = open_scanner("")

    assert scanner.name == "none"
    assert scanner.scan(io.BytesIO(EICAR)).finding is Finding.NOT_SCANNED
    assert scanner.check()


def test_the_usual_port_is_taken_when_none_is_named():
    assert open_clamd("tcp://scanner.example").address == ("scanner.example", 3310)


@pytest.mark.parametrize("url", ["tcp://", "unix://", "http://127.0.0.1", "tcp://host:port"])
def test_an_address_of_no_known_kind_is_refused_at_once(url):
    with pytest.raises(UnknownAddress):
        open_scanner(url)
