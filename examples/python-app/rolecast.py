"""Starts Rolecast for a test suite, as a process of its own on free ports."""

import os
import re
import shlex
import signal
import subprocess
import urllib.request

COMMAND = os.environ.get("ROLECAST_COMMAND_LINE", "npx rolecast")
FLAGS = "--data memory --allow-reset --port 0 --rtmp-port 0 --rtmps-port 0 --srt-port 0 --transcode-cores 0"


class Rolecast:
    def __init__(self):
        # A variable that begins with ROLECAST_ would be taken for a setting.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ROLECAST_")}
        self.process = subprocess.Popen(
            shlex.split(COMMAND) + ["start"] + FLAGS.split(),
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            # npx passes no signal on to what it runs: a group of their own is stopped together.
            start_new_session=True,
        )
        self.endpoint = self._endpoint_when_ready()

    def client_options(self):
        return {
            "endpoint_url": self.endpoint,
            "region_name": "us-east-1",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }

    def reset(self):
        request = urllib.request.Request(f"{self.endpoint}/_rolecast/state/reset", method="POST")
        urllib.request.urlopen(request).close()

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()

    def _endpoint_when_ready(self):
        endpoint = None
        for line in self.process.stdout:
            found = re.search(r"AWS APIs and HLS +(\S+)", line)
            endpoint = found.group(1) if found else endpoint
            if line == "Ready.\n":
                return endpoint
        raise RuntimeError(f"{COMMAND} start ended with {self.process.wait()}")
