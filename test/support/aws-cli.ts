import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasModules, PYTHON } from "./python.ts";
import { askFor, type RunWideProgram } from "./run-wide.ts";

/** Debian's. */
const INSTALLED = "/usr/bin/aws";
export const hasAwsCli = existsSync(INSTALLED);
export const NO_AWS_CLI = `skipped without ${INSTALLED}`;
const VARIABLE = "TESTS_AWS_CLI";

/** The path of the AWS CLI, as it is installed, whose modules a run loads once. */
export function awsCli(): Promise<string> {
  return askFor(VARIABLE);
}

/** Lets the files of a run share the AWS CLI: a call then takes a fifth of its processor time. */
export const SHARED_AWS_CLI = { variable: VARIABLE, start: startAwsCli };

async function startAwsCli(): Promise<RunWideProgram> {
  // Made of something else than Debian's Python.
  if (!hasModules("awscli")) return { url: INSTALLED, remove: async () => {} };
  const dir = mkdtempSync(join(tmpdir(), "rolecast-aws-cli-"));
  const [socket, command] = [join(dir, "socket"), join(dir, "aws")];
  const lines = [
    `#!${PYTHON} -IS`,
    "import json, os, socket, sys",
    "with socket.socket(socket.AF_UNIX) as calls:",
    `    calls.connect(${JSON.stringify(socket)})`,
    '    socket.send_fds(calls, [b"x"], [0, 1, 2])',
    "    call = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()])",
    '    calls.sendall(call.encode() + b"\\n")',
    '    sys.exit(int(calls.recv(16) or b"1"))',
    "",
  ];
  writeFileSync(command, lines.join("\n"));
  chmodSync(command, 0o755);
  const server = spawn(PYTHON, [join(import.meta.dirname, "aws_cli.py"), socket], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit").then(([code]) => {
    throw new Error(`the AWS CLI that is loaded once ended with ${code}`);
  });
  await Promise.race([once(server.stdout, "data"), ended]);
  return {
    url: command,
    async remove() {
      server.kill("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
