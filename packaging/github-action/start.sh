#!/usr/bin/env bash
# Starts Rolecast for the later steps of a job: action.yml.
set -euo pipefail

# Inputs may come from whoever opens a pull request: each is what it should be before it is used.
# Letters are ASCII's.
export LC_ALL=C
require() { # NAME VALUE EXPRESSION WHAT
  if [[ ! "$2" =~ $3 ]]; then
    echo "::error title=Rolecast::The input $1 takes $4."
    exit 1
  fi
}
require port "$INPUT_PORT" '^[0-9]{1,5}$' "a port"
require region "$INPUT_REGION" '^[a-z0-9-]+$' "a Region such as us-east-1"
require wait-seconds "$INPUT_WAIT_SECONDS" '^[0-9]{1,4}$' "seconds"
# Not what docker would take for a flag.
require image "$INPUT_IMAGE" '^([A-Za-z0-9][A-Za-z0-9._/:@-]*)?$' "an image's name"

settings=(ROLECAST_DATA=memory ROLECAST_ALLOW_RESET=true "ROLECAST_PORT=$INPUT_PORT")
while IFS= read -r line; do
  line="${line#"${line%%[![:space:]]*}"}"
  if [ -n "$line" ]; then
    require settings "$line" '^ROLECAST_[A-Z][A-Z0-9_]*=' "lines of ROLECAST_NAME=VALUE"
    settings+=("$line")
  fi
done <<<"$INPUT_SETTINGS"

folder="$RUNNER_TEMP/rolecast"
endpoint="http://127.0.0.1:$INPUT_PORT"
mkdir -p "$folder/bin"
log="$folder/server.log"
echo "$endpoint" >"$folder/endpoint"

if [ -n "$INPUT_IMAGE" ]; then
  # In the job's own network the root key is test/test, for this machine alone.
  flags=(--detach --rm --name rolecast --network host --env ROLECAST_HOST=127.0.0.1)
  for setting in "${settings[@]}"; do flags+=(--env "$setting"); done
  docker run "${flags[@]}" -- "$INPUT_IMAGE" >/dev/null
  docker logs --follow rolecast >"$log" 2>&1 &
  printf '#!/bin/sh\nexec docker exec rolecast rolecast "$@" --endpoint %s\n' "$endpoint" >"$folder/bin/rolecast"
else
  if [ ! -e "$GITHUB_ACTION_PATH/packages/cli/dist/rolecast.cjs" ]; then
    (cd "$GITHUB_ACTION_PATH" && npm ci --ignore-scripts --no-audit --no-fund && npm run build)
  fi
  printf '#!/usr/bin/env bash\nexec node %q "$@"\n' "$GITHUB_ACTION_PATH/packages/cli/bin/rolecast.js" >"$folder/bin/rolecast"
  chmod +x "$folder/bin/rolecast"
  env "${settings[@]}" "$folder/bin/rolecast" start >"$log" 2>&1 &
fi
chmod +x "$folder/bin/rolecast"

waited=0
# In base ten, also where it begins with a 0.
waits=$((10#$INPUT_WAIT_SECONDS * 5))
until curl --silent --fail --output /dev/null "$endpoint/_rolecast/health/ready"; do
  if [ "$waited" -ge "$waits" ]; then
    echo "::error title=Rolecast::The server wasn't ready within $INPUT_WAIT_SECONDS seconds."
    # Its lines are no commands to the runner.
    token=$(cat /proc/sys/kernel/random/uuid)
    echo "::stop-commands::$token"
    cat "$log"
    echo "::$token::"
    exit 1
  fi
  sleep 0.2
  waited=$((waited + 1))
done

# Every decision of the job, from here to its end.
curl --silent --no-buffer --aws-sigv4 "aws:amz:$INPUT_REGION:rolecast" --user test:test \
  "$endpoint/_rolecast/decisions" >"$folder/decisions.log" 2>/dev/null &

cat >>"$GITHUB_ENV" <<VARIABLES
AWS_ENDPOINT_URL=$endpoint
AWS_ACCESS_KEY_ID=test
AWS_SECRET_ACCESS_KEY=test
AWS_REGION=$INPUT_REGION
AWS_DEFAULT_REGION=$INPUT_REGION
VARIABLES
echo "$folder/bin" >>"$GITHUB_PATH"
echo "endpoint=$endpoint" >>"$GITHUB_OUTPUT"
echo "Rolecast is ready at $endpoint"
