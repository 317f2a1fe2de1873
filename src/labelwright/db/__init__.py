"""The database: tables, the one writer, queries and migrations. The only SQL of the product."""
