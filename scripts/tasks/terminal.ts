import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Effort } from "./effort.ts";

const COLUMNS = 80;
const ESCAPES = new RegExp(
  `${String.fromCharCode(27)}(?:\\[[\\d;?]*[A-Za-z]|\\][^\u0007]*\u0007)`,
  "g",
);

/** A person's terminal of 80 columns, in which lines are typed and run one after the other. */
export class Terminal {
  readonly #cwd: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #effort: Effort;
  #running: ChildProcess | undefined;
  #text = "";
  #from = 0;

  constructor(place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }, effort: Effort) {
    this.#cwd = place.cwd;
    this.#env = { ...place.env };
    this.#effort = effort;
  }

  /** All that is on the screen and above it. */
  get text(): string {
    return this.#text.replaceAll(ESCAPES, "").replaceAll("\r", "");
  }

  /** The output of the last line so far. */
  get answer(): string {
    return this.#text.slice(this.#from).replaceAll(ESCAPES, "").replaceAll("\r", "");
  }

  /** Pastes lines that set variables. */
  pasteVariables(variables: Readonly<Record<string, string>>): void {
    this.#effort.paste();
    this.#effort.press(1);
    Object.assign(this.#env, variables);
    for (const [name, value] of Object.entries(variables)) {
      this.#text += `$ export ${name}=${value}\n`;
    }
  }

  /** Types a line whose `{}` is pasted, and starts it. */
  type(line: string, pasted?: string): void {
    this.#effort.press(line.replace("{}", "").length + 1);
    if (pasted !== undefined) this.#effort.paste();
    this.#start(line.replace("{}", pasted ?? "{}"));
  }

  /** The arrow up and Enter. */
  again(line: string): void {
    this.#effort.press(2);
    this.#start(line);
  }

  /** Answers a question of the running program. */
  answerWith(text: string): void {
    this.#effort.press(text.length + 1);
    this.#running?.stdin?.write(`${text}\r`);
  }

  /** Resolves to what the last line's program printed, when it has ended well. */
  async end(): Promise<string> {
    const code = await this.exitCode();
    if (code !== 0) throw new Error(`It ended with ${code}: ${this.answer.slice(-400)}`);
    return this.answer;
  }

  async exitCode(): Promise<number | null> {
    const running = this.#running;
    if (running && running.exitCode === null) await once(running, "close");
    return running?.exitCode ?? null;
  }

  /** Resolves to the match once the last line's program has printed it. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.answer);
      if (match) return match;
      if (this.#running?.exitCode !== null) {
        throw new Error(`It ended without ${pattern}: ${this.answer.slice(-400)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async close(): Promise<void> {
    const running = this.#running;
    if (running?.pid === undefined || running.exitCode !== null) return;
    const ended = once(running, "close");
    process.kill(-running.pid, "SIGTERM");
    await ended;
  }

  #start(line: string): void {
    this.#text += `$ ${line}\n`;
    this.#from = this.#text.length;
    const inside = `stty cols ${COLUMNS} rows 40 -echo; ${line}`;
    const child = spawn("script", ["-qefc", inside, "/dev/null"], {
      ...{ cwd: this.#cwd, env: { ...this.#env, TERM: "xterm-256color", SHELL: "/bin/bash" } },
      detached: true,
    });
    const add = (chunk: Buffer) => {
      this.#text += chunk.toString();
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    this.#running = child;
  }
}
