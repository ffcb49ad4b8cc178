import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { setPriority } from "node:os";
import type { Readable, Writable } from "node:stream";
import { reuseReadMemory } from "../runtime/scratch-socket.ts";
import { type ReadPace, readInSteps } from "../runtime/stepped-reads.ts";

/** The end of what it says is kept: that is where the error stands. */
const STDERR_CHARACTERS_MAX = 2_000;
/** Ingest and playback come before encoding. */
export const NICENESS = 5;
/** All that ffmpeg may know of our environment: it decodes what strangers send. */
const ENVIRONMENT = ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "SystemRoot"];
/** Before each input and output: nothing is fetched, whatever the media's bytes say. */
export const PIPES_ONLY = ["-protocol_whitelist", "pipe"] as const;

export interface FfmpegOptions {
  /** Path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  /** How many outputs it writes beside standard output: `pipe:3`, `pipe:4`, … Default 0. */
  readonly extraOutputs?: number;
  /** How many inputs it reads beside standard input: the pipes after its outputs'. Default 0. */
  readonly extraInputs?: number;
  /** How promptly the outputs are read. Default `prompt`. */
  readonly outputPace?: ReadPace;
}

/** The end of one run. `message` is undefined for success. */
export interface FfmpegExit {
  readonly message: string | undefined;
}

/**
 * One run of ffmpeg: bytes go in on `stdin`, come out of `stdout` and `outputs`. Every output has
 * to be read, or it stops; `ended` always resolves. It ends by itself when `stdin` does, also when
 * this process dies.
 */
export class FfmpegProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Called for `pipe:3` and on. The chunks are scratch memory, valid while they are heard. */
  readonly outputs: readonly Readable[];
  readonly inputs: readonly Writable[];
  readonly ended: Promise<FfmpegExit>;
  readonly #child: ChildProcess;
  #said = "";
  #running = true;

  constructor(options: FfmpegOptions) {
    const { program, args, extraOutputs = 0, extraInputs = 0, outputPace = "prompt" } = options;
    const extra = Array.from({ length: extraOutputs }, () => "pipe" as const);
    const more = Array.from({ length: extraInputs }, () => "pipe" as const);
    const stdio: StdioOptions = ["pipe", "pipe", "pipe", ...extra, ...more];
    const all = ["-hide_banner", "-nostdin", "-loglevel", "error", ...args];
    this.#child = spawn(program, all, { stdio, env: environment() });
    const pipes = this.#child.stdio;
    this.stdin = pipes[0] as Writable;
    this.inputs = more.map((_, index) => pipes[3 + extraOutputs + index] as Socket);
    // Writing to a program that has ended fails here too; `ended` says why.
    for (const input of [this.stdin, ...this.inputs]) {
      input.on("error", () => undefined);
    }
    this.stdout = pipes[1] as Readable;
    this.outputs = extra.map((_, index) => readOutput(pipes[3 + index] as Socket, outputPace));
    for (const output of [this.stdout, ...this.outputs]) {
      output.on("error", () => undefined);
    }
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-STDERR_CHARACTERS_MAX);
    });
    this.ended = this.#watch();
    if (this.#child.pid !== undefined) {
      lower(this.#child.pid);
    }
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Ends it at once; `ended` resolves soon after. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #watch(): Promise<FfmpegExit> {
    return new Promise((resolve) => {
      const end = (message: string | undefined): void => {
        this.#running = false;
        resolve({ message });
      };
      this.#child.on("error", (error) => end(error.message));
      this.#child.on("close", (code, signal) => {
        const said = this.#said.trim().split("\n").slice(-3).join("; ");
        end(code === 0 ? undefined : `ffmpeg ended with ${signal ?? code}: ${said}`);
      });
    });
  }
}

/**
 * Runs ffmpeg over one piece of media and resolves to its standard output. Rejects when it fails,
 * takes longer than `timeoutMs` or writes more than `outputBytesMax`.
 */
export async function runFfmpeg(
  program: string,
  args: readonly string[],
  input: Uint8Array,
  { timeoutMs, outputBytesMax }: { readonly timeoutMs: number; readonly outputBytesMax: number },
): Promise<Buffer> {
  const ffmpeg = new FfmpegProcess({ program, args });
  const chunks: Buffer[] = [];
  let length = 0;
  let stopped: string | undefined;
  const stop = (why: string): void => {
    stopped ??= why;
    ffmpeg.kill();
  };
  ffmpeg.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > outputBytesMax) {
      stop(`ffmpeg wrote more than ${outputBytesMax} bytes`);
    }
  });
  const timer = setTimeout(() => stop(`ffmpeg took longer than ${timeoutMs} ms`), timeoutMs);
  ffmpeg.stdin.end(input);
  const { message } = await ffmpeg.ended;
  clearTimeout(timer);
  const failure = stopped ?? message;
  if (failure !== undefined) {
    throw new Error(failure);
  }
  return Buffer.concat(chunks);
}

/** Encoders write each packet by itself. */
function readOutput(pipe: Socket, pace: ReadPace): Socket {
  const output = reuseReadMemory(pipe);
  readInSteps(output, pace);
  return output;
}

function environment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => ENVIRONMENT.includes(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

function lower(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It has ended already, or the system has no priorities: it is only a politeness.
  }
}
