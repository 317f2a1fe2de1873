"""The demo project: public-domain photographs with a configuration of every type, labelled through the HTTP API."""
