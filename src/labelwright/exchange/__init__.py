"""What every label format works with: the labels to write, the labels that were found, archives, and the ledger.

It knows the model and the rasters, no single format, no database and no HTTP.
"""
