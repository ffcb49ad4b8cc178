#!/usr/bin/env bash
# A key for the application's user, unless it has one. Scripts run by name at every start, with
# AWS_* set for the root user.
set -euo pipefail
keys=$(aws iam list-access-keys --user-name app --query 'length(AccessKeyMetadata)' --output text)
if [ "$keys" = 0 ]; then
  aws iam create-access-key --user-name app --query AccessKey --output json
fi
