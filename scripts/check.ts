import { spawn } from "node:child_process";

/*
 * What must hold before a test is run, at once, since each of these leaves a processor free. Prints
 * what each one says when it ends; fails when one of them does.
 */
const SCRIPTS = ["build", "typecheck", "lint"] as const;

function run(script: string): Promise<boolean> {
  const child = spawn("npm", ["run", "--silent", script], {
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.stdout.write(Buffer.concat(said));
      if (code !== 0) console.error(`npm run ${script} failed.`);
      resolve(code === 0);
    });
  });
}

const passed = await Promise.all(SCRIPTS.map(run));
if (passed.includes(false)) process.exit(1);
