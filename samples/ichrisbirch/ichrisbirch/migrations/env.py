"""Migrations run on the database that the services use, one at a time."""

from alembic import context
from sqlalchemy import create_engine, text

from ichrisbirch import logs, settings
from ichrisbirch.models import Base

logs.configure()

with create_engine(settings.database_url()).connect() as connection:
    # Two deploys at once wait for each other here.
    connection.execute(text("SELECT pg_advisory_lock(4711)"))
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
