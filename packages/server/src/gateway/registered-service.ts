import assert from "node:assert";
import { ServiceWire } from "@rolecast/wire";
import type { Service, ServiceApi } from "../kernel/service.ts";

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

  /**
   * Loads the API once; requests that need it meanwhile wait for the same. After a failure it's
   * tried again.
   */
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
