"""Every metric by name, with unit and meaning."""

from nnjax.report.material import Material
from nnjax.report.views import Chapter


def glossary_chapter(material: Material) -> Chapter:
    """The columns of the results table."""
    return Chapter("glossary", "Glossary")
