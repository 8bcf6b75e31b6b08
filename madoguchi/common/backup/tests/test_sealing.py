"""The sealed stream."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.common.backup import sealing
from madoguchi.common.backup.sealing import (
    BadArchive,
    SealedReader,
    SealedWriter,
    WeakPassphrase,
    WrongPassphrase,
)

PASSPHRASE = "correct horse 馬 battery"
PIECE = 32
HEADER = len(sealing.MAGIC) + 1 + 16 + 32 + 32


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    """Small pieces and a cheap key: the rules are the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "PIECE_BYTES", PIECE)
        patch.setattr(sealing, "_COSTS", range(1, 21))
        yield


def seal(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    target = io.BytesIO()
    writer = SealedWriter(target, passphrase, cost=1)
    for start in range(0, len(content), 7):
        writer.write(content[start : start + 7])
    writer.close()
    return target.getvalue()


def unseal(sealed: bytes, passphrase: str = PASSPHRASE) -> bytes:
    reader = SealedReader(io.BytesIO(sealed), passphrase)
    parts = []
    while part := reader.read(11):
        parts.append(part)
    return b"".join(parts)


@given(st.binary(max_size=5 * PIECE))
def test_what_was_sealed_reads_back(content: bytes) -> None:
    assert unseal(seal(content)) == content


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_every_length_reads_back(size: int) -> None:
    assert unseal(seal(b"x" * size)) == b"x" * size


def test_nothing_of_the_content_is_readable_and_no_two_seals_are_alike() -> None:
    first, second = seal(b"hanako" * 20), seal(b"hanako" * 20)

    assert b"hanako" not in first
    assert first[-50:] != second[-50:]


@given(st.integers(0, 3 * PIECE), st.data())
def test_a_single_changed_bit_anywhere_is_noticed(size: int, data: st.DataObject) -> None:
    sealed = bytearray(seal(b"x" * size))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(BadArchive) as fault:
        unseal(bytes(sealed))

    assert not isinstance(fault.value, WrongPassphrase)


@given(st.integers(0, 3 * PIECE), st.data())
def test_a_stream_cut_off_anywhere_is_refused(size: int, data: st.DataObject) -> None:
    sealed = seal(b"x" * size)

    with pytest.raises(BadArchive):
        unseal(sealed[: data.draw(st.integers(0, len(sealed) - 1))])


def test_a_stream_cut_off_between_two_pieces_says_so() -> None:
    sealed = seal(b"x" * 3 * PIECE)

    with pytest.raises(BadArchive, match="cut off while it was written"):
        unseal(sealed[: HEADER + PIECE + 16])


def test_a_writer_that_never_finished_leaves_no_archive() -> None:
    target = io.BytesIO()
    SealedWriter(target, PASSPHRASE, cost=1).write(b"x" * 3 * PIECE)

    with pytest.raises(BadArchive):
        unseal(target.getvalue())


def test_pieces_cannot_change_places_or_be_repeated() -> None:
    sealed = seal(bytes(range(96)))
    head, first, second, third = (
        sealed[:HEADER],
        *(sealed[HEADER + i * (PIECE + 16) : HEADER + (i + 1) * (PIECE + 16)] for i in range(3)),
    )

    for order in (
        [second, first, third],
        [first, first, third],
        [first, third],
        [first, second, third, third],
    ):
        with pytest.raises(BadArchive):
            unseal(head + b"".join(order))


def test_something_after_the_end_is_refused() -> None:
    with pytest.raises(BadArchive):
        unseal(seal(b"x" * 40) + b"y")


def test_a_wrong_passphrase_is_told_from_damage() -> None:
    with pytest.raises(WrongPassphrase, match="does not fit"):
        unseal(seal(b"x"), "another passphrase, long enough")


def test_the_same_passphrase_typed_on_another_machine_fits() -> None:
    assert (
        unseal(seal(b"x", "ハ\u309aスワードは16文字以上です、はい。"), "パスワードは16文字以上です、はい。")
        == b"x"
    )


@pytest.mark.parametrize("passphrase", ["", "short", "あ" * 15])
def test_a_passphrase_that_a_machine_could_guess_is_refused(passphrase: str) -> None:
    with pytest.raises(WeakPassphrase, match="BACKUP_PASSPHRASE"):
        SealedWriter(io.BytesIO(), passphrase)


@pytest.mark.parametrize("content", [b"", b"MADOGUCHI", b"PK\x03\x04 something else", b"\0" * 500])
def test_another_kind_of_file_is_no_backup(content: bytes) -> None:
    with pytest.raises(BadArchive, match="not a backup"):
        unseal(content)


@pytest.mark.slow
def test_the_real_key_is_expensive_to_guess() -> None:
    target = io.BytesIO()
    SealedWriter(target, PASSPHRASE).close()

    assert target.getvalue()[len(sealing.MAGIC)] == 17
    assert unseal(target.getvalue()) == b""


def test_a_key_that_would_cost_all_memory_is_not_made() -> None:
    sealed = bytearray(seal(b"x"))
    sealed[len(sealing.MAGIC)] = 40
    sealed[HEADER - 32 : HEADER] = hashlib.sha256(sealed[: HEADER - 32]).digest()

    with pytest.raises(BadArchive, match="does not make"):
        unseal(bytes(sealed))
