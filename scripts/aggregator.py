"""One aggregator of a task; the same as `fl aggregate`:

    python scripts/aggregator.py task.json --rpc-url URL --deployment deployment.json --keystore FILE --store FOLDER

`--help` lists the rest. It may be stopped at any time and started again with the same state folder.
"""

import sys

from fl_client.cli.app import main

if __name__ == "__main__":
    main(["aggregate", *sys.argv[1:]])
