#!/usr/bin/env bash
# Starts Rolecast for the later steps of a job: action.yml.
set -euo pipefail

folder="$RUNNER_TEMP/rolecast"
endpoint="http://127.0.0.1:$INPUT_PORT"
mkdir -p "$folder/bin"
log="$folder/server.log"
echo "$endpoint" >"$folder/endpoint"

settings=(ROLECAST_DATA=memory ROLECAST_ALLOW_RESET=true "ROLECAST_PORT=$INPUT_PORT")
while IFS= read -r line; do
  line="${line#"${line%%[![:space:]]*}"}"
  case "$line" in
    "") ;;
    ROLECAST_*=*) settings+=("$line") ;;
    *)
      echo "::error title=Rolecast::The input settings takes lines of ROLECAST_NAME=VALUE."
      exit 1
      ;;
  esac
done <<<"$INPUT_SETTINGS"

if [ -n "$INPUT_IMAGE" ]; then
  # In the job's own network the root key is test/test, for this machine alone.
  flags=(--detach --rm --name rolecast --network host --env ROLECAST_HOST=127.0.0.1)
  for setting in "${settings[@]}"; do flags+=(--env "$setting"); done
  docker run "${flags[@]}" "$INPUT_IMAGE" >/dev/null
  docker logs --follow rolecast >"$log" 2>&1 &
  printf '#!/bin/sh\nexec docker exec rolecast rolecast "$@" --endpoint %s\n' "$endpoint" >"$folder/bin/rolecast"
else
  if [ ! -e "$GITHUB_ACTION_PATH/packages/cli/dist/rolecast.cjs" ]; then
    (cd "$GITHUB_ACTION_PATH" && npm ci --ignore-scripts --no-audit --no-fund && npm run build)
  fi
  printf '#!/bin/sh\nexec node %s "$@"\n' "$GITHUB_ACTION_PATH/packages/cli/bin/rolecast.js" >"$folder/bin/rolecast"
  chmod +x "$folder/bin/rolecast"
  env "${settings[@]}" "$folder/bin/rolecast" start >"$log" 2>&1 &
fi
chmod +x "$folder/bin/rolecast"

waited=0
until curl --silent --fail --output /dev/null "$endpoint/_rolecast/health/ready"; do
  if [ "$waited" -ge "$((INPUT_WAIT_SECONDS * 5))" ]; then
    echo "::error title=Rolecast::The server wasn't ready within $INPUT_WAIT_SECONDS seconds."
    cat "$log"
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
