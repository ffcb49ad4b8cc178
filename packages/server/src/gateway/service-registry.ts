import { ServiceWire, type WireRequest } from "@rolecast/wire";
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
  readonly #bySigningName = new Map<string, RegisteredService[]>();

  constructor(services: readonly Service[]) {
    this.all = services.map((service) => ({
      service,
      wire: new ServiceWire(service.definition),
    }));
    for (const registered of this.all) {
      this.#byName.set(registered.service.definition.name, registered);
      const { signingName } = registered.service.definition;
      const sharing = this.#bySigningName.get(signingName);
      if (sharing) sharing.push(registered);
      else this.#bySigningName.set(signingName, [registered]);
    }
  }

  named(name: string): RegisteredService | undefined {
    return this.#byName.get(name);
  }

  /**
   * The service that a credential scope names. Where several APIs share the name, the request is
   * for the one whose form it has: its method and path, or its X-Amz-Target. Else for the first.
   */
  signedFor(signingName: string, request: WireRequest): RegisteredService | undefined {
    const [first, ...further] = this.#bySigningName.get(signingName) ?? [];
    const isForm = request.rawPath === "/" && request.headers["x-amz-target"] === undefined;
    if (further.length === 0 || isForm) return first;
    return further.find(({ wire }) => wire.addresses(request)) ?? first;
  }

  /** The service that answers requests which nothing else tells apart: unsigned ones. */
  get anonymous(): RegisteredService | undefined {
    return this.all.find(({ service }) => service.admitsAnonymous === true);
  }
}
