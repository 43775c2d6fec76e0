"""Programs compiled with little effort: for tests of what is computed, not of the last bits."""

import functools
import sys

LITTLE = {
    "xla_backend_optimization_level": 0,
    "xla_llvm_disable_expensive_passes": True,
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
}
"""Options of XLA with which it compiles a small bucket in a sixth of the time."""

ASKED_FOR = "TESTS_COMPILE_QUICKLY"
"""The variable by which a test asks the processes that it starts for the same."""

OPTIONS = {
    "nnjax.training.program": "compiler_options",
    "nnjax.sweep.kept_programs": "compiler_options",
    "nnjax.estimators.programs": "_options",
}
"""Module -> the function that it asks for XLA's options: a program is compiled, and kept, by its answer."""


def with_little(options):
    """The same function, with `LITTLE` in its answer."""

    @functools.wraps(options)
    def quick(*arguments):
        return options(*arguments) | LITTLE

    return quick


class QuickPrograms:
    """A finder that patches these modules once somebody imports them; it imports none of its own accord."""

    def find_spec(self, name, path, target=None):
        """The spec that the other finders have; what it executes is patched."""
        if name not in OPTIONS:
            return None
        others = (each.find_spec(name, path, target) for each in sys.meta_path if each is not self)
        spec = next(filter(None, others))
        execute = spec.loader.exec_module

        def execute_and_patch(module):
            execute(module)
            setattr(module, OPTIONS[name], with_little(getattr(module, OPTIONS[name])))

        spec.loader.exec_module = execute_and_patch
        return spec
