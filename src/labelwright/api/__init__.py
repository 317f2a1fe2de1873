"""HTTP: parses at the edge, calls one service, answers. No rules, no queries."""
