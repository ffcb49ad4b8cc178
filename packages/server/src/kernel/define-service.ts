import type { Contributions } from "./contributions.ts";
import type { ServiceFacts, ServiceParts } from "./service.ts";
import type { Migration } from "./store.ts";

/** A service that has been created: its parts, and what it gives to other services. */
export interface CreatedService<Provides extends object> extends ServiceParts {
  /** Ports that later services in the list, and the server, need, by name. */
  readonly provides?: Provides;
  readonly contributes?: Partial<Contributions>;
}

/**
 * A service as one value: all that the server knows of it. `Needs` is the type of `create`'s
 * parameter: what the platform and the services before it in `services/index.ts` provide. A list
 * in which a need is missing doesn't compile (compose-services.ts).
 */
export interface ServiceModule<Needs extends object, Provides extends object> extends ServiceFacts {
  /** Left out, the service has no tables. */
  readonly migrations?: readonly Migration[];
  readonly create: (needs: Needs) => CreatedService<Provides> | Promise<CreatedService<Provides>>;
}

/** Any service's value, whatever it needs. */
export type AnyServiceModule = ServiceModule<never, object>;

export function defineService<Needs extends object, Provides extends object>(
  module: ServiceModule<Needs, Provides>,
): ServiceModule<Needs, Provides> {
  return module;
}
