import { execFileSync } from "node:child_process";

/** The folder of Debian's libraries for Go. */
const GOCODE = "/usr/share/gocode";

/** Builds the program in a folder with Debian's libraries, as `output`; needs golang-go. */
export function buildGoProgram(source: string, output: string): void {
  const env = { ...process.env, GO111MODULE: "off", GOPATH: GOCODE };
  execFileSync("go", ["build", "-o", output, "."], { cwd: source, env, stdio: "inherit" });
}
