"""Decks, cards and progress, with the first words."""

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None

WORDS = {
    "Greetings": [
        ("γεια σου", "hello"),
        ("καλημέρα", "good morning"),
        ("καλησπέρα", "good evening"),
        ("καληνύχτα", "good night"),
        ("ευχαριστώ", "thank you"),
        ("παρακαλώ", "please, you are welcome"),
        ("ναι", "yes"),
        ("όχι", "no"),
    ],
    "At the table": [
        ("νερό", "water"),
        ("ψωμί", "bread"),
        ("τυρί", "cheese"),
        ("ελιά", "olive"),
        ("κρασί", "wine"),
        ("ψάρι", "fish"),
        ("μέλι", "honey"),
        ("λογαριασμός", "bill"),
    ],
}


def upgrade() -> None:
    decks = op.create_table(
        "decks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
    )
    cards = op.create_table(
        "cards",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("deck_id", sa.Integer, sa.ForeignKey("decks.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("greek", sa.String(80), nullable=False),
        sa.Column("english", sa.String(120), nullable=False),
    )
    op.create_table(
        "progress",
        sa.Column("learner", sa.String(40), primary_key=True),
        sa.Column("card_id", sa.Integer, sa.ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("repetitions", sa.Integer, nullable=False),
        sa.Column("interval_days", sa.Integer, nullable=False),
        sa.Column("easiness", sa.Float, sa.CheckConstraint("easiness >= 1.3"), nullable=False),
        sa.Column("last_review", sa.Uuid),
        sa.Column("due", sa.DateTime, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("progress_due", "progress", ["learner", "due"])
    op.bulk_insert(decks, [{"id": number, "name": name} for number, name in enumerate(WORDS, 1)])
    op.bulk_insert(
        cards,
        [
            {"deck_id": number, "greek": greek, "english": english}
            for number, words in enumerate(WORDS.values(), 1)
            for greek, english in words
        ],
    )
    op.execute("SELECT setval('decks_id_seq', (SELECT max(id) FROM decks))")


def downgrade() -> None:
    for table in ("progress", "cards", "decks"):
        op.drop_table(table)
