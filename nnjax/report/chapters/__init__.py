"""One module a chapter of the report, each making a `Chapter` of the study's results; its template prints it."""
