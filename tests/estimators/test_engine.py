import gc

import pytest

from nnjax.estimators import engine, trainer


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("fails", [False, True])
def test_cycles_are_looked_for_again_after_the_import_if_they_were_before(monkeypatch, is_on, fails):
    seen = []

    def import_module(name):
        seen.append(gc.isenabled())
        if fails:
            raise ImportError(name)
        return trainer

    monkeypatch.setattr(engine, "import_module", import_module)
    before = gc.isenabled()
    gc.enable() if is_on else gc.disable()
    try:
        if fails:
            with pytest.raises(ImportError):
                engine.import_engine()
        else:
            assert engine.import_engine() is trainer
        assert gc.isenabled() == is_on
    finally:
        gc.enable() if before else gc.disable()
    assert seen == [False]
