"""Prints the `writeOnlyProperties` of CloudFormation's registry schemas for the types that it is
given on stdin, a line each, as write-only-properties.json keeps them. The schemas are those that
cfn-lint (MIT-0) carries of https://schema.cloudformation.us-east-1.amazonaws.com:

    pip install cfn-lint
    python3 scripts/write-only-properties.py < types.txt > scripts/write-only-properties.json
"""

import json
import sys

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

PREFIX = "/properties/"
found = {}
for name in sorted(line.strip() for line in sys.stdin if line.strip()):
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    except ResourceNotFoundError:
        continue
    paths = sorted(path.removeprefix(PREFIX) for path in schema.get("writeOnlyProperties", []))
    if paths:
        found[name] = paths
json.dump(found, sys.stdout, indent=2)
print()
