import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasModules, PYTHON } from "./python.ts";

export const hasAwsCli = hasModules("awscli");

/** The AWS CLI of a test file, loaded once. */
export interface LoadedAwsCli {
  /** The folder of the command `aws`, for PATH. */
  readonly dir: string;
  close(): void;
}

/** Starts the AWS CLI that is installed, so that a call takes a fifth of its processor time. */
export async function loadAwsCli(): Promise<LoadedAwsCli> {
  const dir = mkdtempSync(join(tmpdir(), "rolecast-aws-cli-"));
  const socket = join(dir, "socket");
  const command = [
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
  writeFileSync(join(dir, "aws"), command.join("\n"));
  chmodSync(join(dir, "aws"), 0o755);
  const server = spawn(PYTHON, [join(import.meta.dirname, "aws_cli.py"), socket], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(server.stdout, "data");
  return {
    dir,
    close() {
      server.kill("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
