"""Long work: started at once or by the clock, each step a call of a service, so that a restart goes on."""
