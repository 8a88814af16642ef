"""When, and the world: Prefect, HTTP, SMTP, files, the clock, settings, the command line."""
