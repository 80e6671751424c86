import platform

import numpy as np

from piste.core.versions import versions


def test_versions_are_those_that_the_packages_say_of_themselves() -> None:
    found = versions(("numpy", "no-such-package-anywhere"))
    assert found["python"] == platform.python_version()
    assert found["numpy"] == np.__version__
    assert found["no-such-package-anywhere"] == "absent"
