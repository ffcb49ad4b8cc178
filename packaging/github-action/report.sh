#!/usr/bin/env bash
# Shows what was denied since start.sh: annotations for the first ten, a table for all that the
# server keeps ready.
set -euo pipefail

folder="$RUNNER_TEMP/rolecast"
if [ ! -e "$folder/endpoint" ]; then
  echo "::error title=Rolecast::No earlier step of this job has started it."
  exit 1
fi
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
unset AWS_SESSION_TOKEN AWS_PROFILE
endpoint=$(cat "$folder/endpoint")
explained="$folder/denials.log"
if ! "$folder/bin/rolecast" explain --last 100 --endpoint "$endpoint" >"$explained" 2>"$explained.errors"; then
  # Its lines are no commands to the runner.
  token=$(cat /proc/sys/kernel/random/uuid)
  echo "::stop-commands::$token"
  cat "$explained.errors"
  echo "::$token::"
  grep -q "nothing was denied" "$explained.errors"
fi
rm -f "$explained.errors"
node "$(dirname "$0")/annotate.cjs" "$explained" "$GITHUB_STEP_SUMMARY"
