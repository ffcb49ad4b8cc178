import { ServiceWire } from "@rolecast/wire";
import type { Service } from "../kernel/service.ts";

/** A service with its codec. */
export interface RegisteredService {
  readonly service: Service;
  readonly wire: ServiceWire;
}

/** The services of this server, by AWS's name and by the name in a credential scope. */
export class ServiceRegistry {
  readonly all: readonly RegisteredService[];
  readonly #byName = new Map<string, RegisteredService>();
  readonly #bySigningName = new Map<string, RegisteredService>();

  constructor(services: readonly Service[]) {
    this.all = services.map((service) => ({
      service,
      wire: new ServiceWire(service.definition),
    }));
    for (const registered of this.all) {
      this.#byName.set(registered.service.definition.name, registered);
      this.#bySigningName.set(registered.service.definition.signingName, registered);
    }
  }

  named(name: string): RegisteredService | undefined {
    return this.#byName.get(name);
  }

  signedFor(signingName: string): RegisteredService | undefined {
    return this.#bySigningName.get(signingName);
  }

  /** The service that answers requests which nothing else tells apart: unsigned ones. */
  get anonymous(): RegisteredService | undefined {
    return this.all.find(({ service }) => service.admitsAnonymous === true);
  }
}
