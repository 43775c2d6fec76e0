"""Findings of results that are made for them."""

import pytest

from nnjax.report.findings.next_studies import write_next_studies


@pytest.fixture
def find(make_space, make_results, make_study_results, tmp_path):
    """Study text and what to change in its results -> findings by key, their files in `tmp_path`."""

    def run(text, **columns):
        space = make_space(text)
        results = make_results(space)
        for name, value in columns.items():
            results[name] = value(results) if callable(value) else value
        studies = write_next_studies(make_study_results(space, results), tmp_path)
        assert {each.path.name for each in studies} == {path.name for path in tmp_path.glob("*.toml")}
        return {each.finding.key: each for each in studies}

    return run
