"""What is raised where there is nothing to report; whoever catches it need not wait for what a report imports."""


class NothingToReportError(Exception):
    """No cell of the study has a run in every split yet: there is nothing to compare."""
