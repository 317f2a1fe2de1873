"""The token API `/api/v1` as old clients expect it, down to its statuses. See docs/old-clients.md."""
