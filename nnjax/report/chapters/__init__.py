"""One module a chapter of the report, each building a `Chapter` record from the material; its template prints it."""
