import type { ChunkingContext } from "rolldown";

/**
 * Gathers in one chunk what runs only once the server does: a start would otherwise look for, read
 * and link more than a hundred small ones. `server` is the module that makes one, `entries` those
 * that the package begins with. What a command needs without the server stays apart.
 */
export function serverChunk(server: string, entries: readonly string[]) {
  let modules: ReadonlySet<string> | undefined;
  return (id: string, context: ChunkingContext): string | null => {
    modules ??= onlyOf(server, entries, context);
    return modules.has(id) ? "server-parts" : null;
  };
}

function onlyOf(
  server: string,
  entries: readonly string[],
  context: ChunkingContext,
): ReadonlySet<string> {
  const statics = (id: string) => context.getModuleInfo(id)?.importedIds ?? [];
  const all = (id: string) => [
    ...statics(id),
    ...(context.getModuleInfo(id)?.dynamicallyImportedIds ?? []),
  ];
  const outside = reached(entries, (id) => (id === server ? [] : all(id)));
  const own = reached([server], statics);
  return new Set([...own].filter((id) => id === server || !outside.has(id)));
}

function reached(
  from: readonly string[],
  next: (id: string) => readonly string[],
): ReadonlySet<string> {
  const found = new Set(from);
  for (const id of found) for (const one of next(id)) found.add(one);
  return found;
}
