import type { WireRequest } from "@rolecast/wire";
import type { Service } from "../kernel/service.ts";
import { type Claim, SharedSigningName } from "./claims.ts";
import { RegisteredService } from "./registered-service.ts";

/** The services of this server, by AWS's name and by the name in a credential scope. */
export class ServiceRegistry {
  readonly all: readonly RegisteredService[];
  readonly #byName: ReadonlyMap<string, RegisteredService>;
  readonly #bySigningName = new Map<string, SharedSigningName>();

  constructor(services: readonly Service[]) {
    this.all = services.map((service) => new RegisteredService(service));
    this.#byName = new Map(this.all.map((each) => [each.service.definition.name, each]));
    for (const first of this.all) {
      const { signingName } = first.service.definition;
      if (this.#bySigningName.has(signingName)) continue;
      const further = this.all.filter(
        (each) => each !== first && each.service.definition.signingName === signingName,
      );
      this.#bySigningName.set(signingName, new SharedSigningName(first, further));
    }
  }

  named(name: string): RegisteredService | undefined {
    return this.#byName.get(name);
  }

  /**
   * The service that a credential scope names; of several that share the name, the one that claims
   * the request.
   */
  signedFor(signingName: string, request: WireRequest): Claim | undefined {
    return this.#bySigningName.get(signingName)?.claimOf(request);
  }

  /**
   * The service whose AWS host names begin with `label`: with its name, or as credential scopes do.
   */
  atHost(label: string, request: WireRequest): Claim | undefined {
    const labelled = this.all.find(({ service }) => service.hostLabel === label);
    return labelled ?? this.named(label) ?? this.signedFor(label, request);
  }

  /** The service that answers requests which nothing else tells apart: unsigned ones. */
  get anonymous(): RegisteredService | undefined {
    return this.all.find(({ service }) => service.admitsAnonymous === true);
  }
}
