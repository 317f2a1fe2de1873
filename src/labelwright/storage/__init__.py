"""Where bytes live. `store.open_store(url)` opens it; nothing here knows pictures or the database."""
