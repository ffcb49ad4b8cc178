import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A program that all files of a run may use. */
export interface RunWideProgram {
  readonly url: string;
  remove(): Promise<void>;
}

const known = new Map<string, Promise<string>>();

/** Resolves to the place of the program that `offer` starts for this variable. */
export function askFor(variable: string): Promise<string> {
  const answer = known.get(variable) ?? ask(variable);
  known.set(variable, answer);
  return answer;
}

async function ask(variable: string): Promise<string> {
  const desk = process.env[variable];
  if (desk === undefined) throw new Error("this test needs vitest.config.ts's globalSetup");
  const response = await fetch(desk);
  const url = await response.text();
  if (!response.ok) throw new Error(url);
  return url;
}

/**
 * Lets the workers of a run ask for a program at the address in this variable: the first that asks
 * starts it. What is returned ends it.
 */
export async function offer(
  variable: string,
  start: () => Promise<RunWideProgram>,
): Promise<() => Promise<void>> {
  let program: Promise<RunWideProgram> | undefined;
  const desk = createServer((_, response) => {
    // A connection that is kept may have been closed when a worker comes again.
    response.setHeader("connection", "close");
    program ??= start();
    program.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  desk.listen(0, "127.0.0.1").unref();
  await once(desk, "listening");
  process.env[variable] = `http://127.0.0.1:${(desk.address() as AddressInfo).port}`;
  return async () => {
    desk.close();
    await (await program?.catch(() => undefined))?.remove();
  };
}
