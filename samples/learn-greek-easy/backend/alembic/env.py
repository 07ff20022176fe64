"""Migrations run on the database that the services use, one at a time."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from src import config, logs
from src.models import Base

logs.configure("migrations")


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    async with create_async_engine(config.database_url()).connect() as connection:
        # Two deploys at once wait for each other here.
        await connection.execute(text("SELECT pg_advisory_lock(4712)"))
        await connection.commit()
        await connection.run_sync(migrate)
        await connection.commit()


asyncio.run(main())
