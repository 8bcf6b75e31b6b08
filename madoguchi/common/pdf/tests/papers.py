"""Ready-made papers for the tests."""

from datetime import datetime, timedelta, timezone

from madoguchi.common.pdf.documents import DecisionNotice, FilingCopy, Letter, ResumeSheet, Row, Section

ISSUED_AT = datetime(2026, 11, 23, 15, 4, tzinfo=timezone(timedelta(hours=9)))
CONTACT = ("盛岡市 子ども青少年課", "電話 019-000-0000（平日 8時30分から17時15分まで）")

FILING_COPY = FilingCopy(
    city="盛岡市",
    procedure_title="児童手当 認定請求書",
    receipt_number="7K3M-Q9XT-2RWP",
    filed_on="2026年11月23日（令和8年）",
    sections=(
        Section("請求者", (Row("氏名", "山田 太郎"), Row("住所", "〒020-8530\n盛岡市内丸12番2号"))),
        Section("お子さん（1人目）", (Row("氏名", "髙橋 𠮷野 﨑 辻󠄀"),)),
    ),
    attachments=(Row("口座を確かめられるもの", "通帳の写し.jpg"),),
    next_steps=("担当の課で内容を確認します。", "2026年12月23日（令和8年）までに結果をお知らせします。"),
    contact=CONTACT,
    issued_at=ISSUED_AT,
    status_address="https://madoguchi.city.example.jp/status/",
)
DECISION_NOTICE = DecisionNotice(
    city="盛岡市",
    title="児童手当認定通知書",
    number="盛子青第1234号",
    issued_on="令和8年12月10日",
    addressee="山田 太郎",
    sender="盛岡市長",
    body=("令和8年11月23日に請求のあった児童手当について、次のとおり認定したので通知します。",),
    facts=(Row("手当の月額", "20,000円"), Row("支給の開始", "令和8年12月分から")),
    reason=("支給要件に該当すると認められるため。",),
    appeal=(
        "この通知を受けた日の翌日から起算して3か月以内に、盛岡市長に対して審査請求をすることができます。",
    ),
    contact=CONTACT,
    issued_at=ISSUED_AT,
    seal_omitted=True,
)
RESUME_SHEET = ResumeSheet(
    city="盛岡市",
    procedure_title="児童手当 認定請求書",
    code="8H2K-44QP-M7XA",
    secret="KQ7D-9XMT",
    expires_on="2026年12月23日（令和8年）",
    site_address="https://madoguchi.city.example.jp/filing/resume/",
    contact=CONTACT,
    issued_at=ISSUED_AT,
)
LETTER = Letter(
    city="盛岡市",
    title="書類の提出についてのお願い",
    paragraphs=("次の書類を、期限までに提出してください。",),
    issued_at=ISSUED_AT,
    issued_on="令和8年11月30日",
    addressee="山田 太郎",
    sender="盛岡市子ども青少年課長",
    lists=(Section("提出していただくもの", (Row("期限", "令和8年12月14日"),)),),
    contact=CONTACT,
)
ALL = {
    "filing_copy": FILING_COPY,
    "decision_notice": DECISION_NOTICE,
    "resume_sheet": RESUME_SHEET,
    "letter": LETTER,
}
