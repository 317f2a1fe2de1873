"""Schema migrations (alembic); `upgrade` brings any released version's data to this one."""
