"""Prints the types among those that it is given on stdin, a line each, whose resources
CloudFormation gives its own tags (`aws:cloudformation:…`), as system-tags.json keeps them: those
whose registry schema says `cloudFormationSystemTags`. The schemas are those that cfn-lint (MIT-0)
carries of https://schema.cloudformation.us-east-1.amazonaws.com:

    pip install cfn-lint
    python3 scripts/system-tags.py < types.txt > scripts/system-tags.json
"""

import json
import sys

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

found = []
for name in sorted(line.strip() for line in sys.stdin if line.strip()):
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    except ResourceNotFoundError:
        continue
    tagging = schema.get("tagging", {})
    # The flag's default is true. Source: CloudFormation CLI user guide, "Resource type schema".
    if tagging.get("taggable", False) and tagging.get("cloudFormationSystemTags", True):
        found.append(name)
json.dump(found, sys.stdout, indent=2)
print()
