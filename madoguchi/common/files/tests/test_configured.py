import io

from madoguchi.common.files.configured import configured
from madoguchi.common.files.scanning import Finding


def test_the_settings_name_the_store_and_the_scanner(settings, tmp_path):
    settings.FILES_URL, settings.CLAMD_URL = f"file://{tmp_path}", ""

    store, scanner = configured()

    assert store.exists(store.put(b"content").digest)
    assert list(tmp_path.rglob("objects"))
    assert scanner.scan(io.BytesIO(b"content")).finding is Finding.NOT_SCANNED
    assert configured()[0] is store
