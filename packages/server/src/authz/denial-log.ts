import type { Log } from "../kernel/ports/log.ts";
import type { Denial } from "../kernel/service.ts";

/**
 * Logs denials, each with the console's page that explains it, if there is a console. What the
 * console itself was denied is logged at `debug`: its pages ask, and show, on their own.
 */
export class DenialLog {
  readonly #log: Log;
  readonly #consoleUrl: string | undefined;

  constructor(log: Log, consoleUrl: string | undefined) {
    this.#log = log;
    this.#consoleUrl = consoleUrl;
  }

  denied(denial: Denial): void {
    const { authorization, authorizationId, callerArn: principal } = denial;
    const { action, resource } = authorization;
    const fields = { action, resource, principal, authorizationId, page: this.#pageOf(denial) };
    const level = denial.context.isConsole ? "debug" : "info";
    this.#log[level](fields, `denied ${action} on ${resource} to ${principal}`);
  }

  wouldBeDenied(denial: Denial, message: string): void {
    const { action, resource } = denial.authorization;
    const fields = { action, resource, page: this.#pageOf(denial) };
    const level = denial.context.isConsole ? "debug" : "warn";
    this.#log[level](fields, `would be denied: ${message}`);
  }

  #pageOf({ authorizationId: id }: Denial): string | undefined {
    if (id === undefined || this.#consoleUrl === undefined) return undefined;
    return `${this.#consoleUrl}/#/authorization-details/${id}`;
  }
}
