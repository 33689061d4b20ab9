"""Begin with a copy of the migrated database that PREPARED names, and migrate nothing.

A plugin (`-p tests.prepared --reuse-db`). For those who start pytest again and again on the same migrations, as
bin/mutations does.
"""

import os
import shutil
from pathlib import Path

shutil.copyfile(os.environ["PREPARED"], Path(os.environ["ESMERO_HOME"]) / "test.sqlite3")
