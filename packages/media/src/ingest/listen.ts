import { MediaError } from "../port/media-error.ts";
import type { PortChoice } from "../port/options.ts";

/**
 * Listens where a setting says, or on any free port where that one is taken and another will do.
 */
export async function listenAt<Server>(
  host: string,
  { port, orFree = false }: PortChoice,
  listen: (port: number) => Promise<Server>,
): Promise<Server> {
  try {
    return await listen(port);
  } catch (error) {
    if (orFree && isTaken(error)) {
      return listenAt(host, { port: 0 }, listen);
    }
    const message = error instanceof Error ? error.message : String(error);
    throw new MediaError("engine", `can't listen on ${host}:${port}: ${message}`, {
      cause: error,
    });
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
