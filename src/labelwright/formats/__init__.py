"""Label formats: one file a format. They know the model and the rasters, no database and no HTTP."""
