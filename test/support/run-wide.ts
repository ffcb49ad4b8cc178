import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A program that all files of a run may use. */
export interface RunWideProgram {
  readonly url: string;
  remove(): Promise<void>;
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
