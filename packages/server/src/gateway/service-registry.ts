import assert from "node:assert";
import { ServiceWire, type WireRequest } from "@rolecast/wire";
import type { Service, ServiceApi } from "../kernel/service.ts";
import { type Claim, SharedSigningName } from "./claims.ts";

/** A service with its API loaded, ready to decode, run and encode operations. */
export interface LoadedService extends Omit<ServiceApi, "schemas"> {
  readonly service: Service;
  readonly wire: ServiceWire;
}

/** A service of this server. Its schemas and handlers load with the first request for it. */
export class RegisteredService {
  readonly service: Service;
  #loaded: LoadedService | undefined;
  #loading: Promise<LoadedService> | undefined;

  constructor(service: Service) {
    this.service = service;
  }

  /** Undefined before the first `load` has ended. */
  get loaded(): LoadedService | undefined {
    return this.#loaded;
  }

  /** Loads the API once; whoever asks meanwhile waits for the same. After a failure it's tried again. */
  load(): Promise<LoadedService> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #load(): Promise<LoadedService> {
    const { definition, api } = this.service;
    const { schemas, constraints, operations } = await api();
    const wire = new ServiceWire({ ...definition, schemas });
    assert(wire.operations.size > 0, `the API of ${definition.name} has no operations`);
    this.#loaded = { service: this.service, wire, constraints, operations };
    return this.#loaded;
  }

  /** Encodes errors; where the API can't be loaded, without what its schemas say of them. */
  async errorWire(): Promise<ServiceWire> {
    const { definition } = this.service;
    return this.load().then(
      ({ wire }) => wire,
      () => new ServiceWire({ ...definition, schemas: {} }),
    );
  }
}

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

  /** The service whose AWS host names begin with `label`: with its name, or as credential scopes do. */
  atHost(label: string, request: WireRequest): Claim | undefined {
    const labelled = this.all.find(({ service }) => service.hostLabel === label);
    return labelled ?? this.named(label) ?? this.signedFor(label, request);
  }

  /** The service that answers requests which nothing else tells apart: unsigned ones. */
  get anonymous(): RegisteredService | undefined {
    return this.all.find(({ service }) => service.admitsAnonymous === true);
  }
}
