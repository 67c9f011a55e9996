"""One auditor that watches a task and challenges what is wrong; the same as `fl audit --watch --challenge`:

    python scripts/auditor.py task.json --rpc-url URL --deployment deployment.json --keystore FILE --store FOLDER

`--help` lists the rest. It may be stopped at any time and started again with the same state folder.
"""

import sys

from fl_client.cli.app import main

if __name__ == "__main__":
    main(["audit", "--watch", "--challenge", *sys.argv[1:]])
