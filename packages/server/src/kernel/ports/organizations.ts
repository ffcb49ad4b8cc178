import type { Organizations } from "../organization.ts";

/**
 * Knows which account belongs to which organization. The service Organizations implements it.
 * Decisions read it on every request, so the answer is kept in memory until something changes.
 */
export interface OrganizationDirectory {
  /** The committed state; undefined while a change hasn't been read yet. */
  current(): Organizations | undefined;
  /** Resolves to what was committed before the call. */
  read(): Promise<Organizations>;
}

/** Organizations' ports in one value, for services that are created before it. */
export interface OrganizationPorts {
  readonly directory: OrganizationDirectory;
}

/** The organizations, if the server has the service. */
export async function organizationsNow(ports: readonly OrganizationPorts[]) {
  const [first] = ports;
  if (!first) return undefined;
  return first.directory.current() ?? (await first.directory.read());
}
