import assert from "node:assert";
import { type GatheredContributions, gather } from "./kernel/contributions.ts";
import type { AnyServiceModule, ServiceModule } from "./kernel/define-service.ts";
import type { Service, ServiceParts } from "./kernel/service.ts";
import type { Migration } from "./kernel/store.ts";

/** A list of services as it has to be where each gets what `Given` and those before it provide. */
export type InOrder<Given extends object, List> = List extends readonly [infer First, ...infer Rest]
  ? First extends ServiceModule<never, infer Provides>
    ? readonly [ServiceModule<Given, Provides>, ...InOrder<Given & Provides, Rest>]
    : never
  : readonly [];

/** Everything that is provided once the last service of a list was created. */
type Provided<Given extends object, List> = List extends readonly [infer First, ...infer Rest]
  ? First extends ServiceModule<never, infer Provides>
    ? Provided<Given & Provides, Rest>
    : never
  : Given;

/**
 * The services of a server, each after those whose ports it needs:
 * `servicesInOrder<Platform>()([…])`. A service doesn't compile in a place where something that its
 * `create` needs isn't there yet.
 */
export function servicesInOrder<Given extends object>() {
  return <const List extends readonly AnyServiceModule[]>(
    list: List & InOrder<Given, List>,
  ): List => list;
}

/**
 * Creates the services one after the other. Each gets what `given` and those before it provide;
 * what it contributes is added to the lists that `given` holds.
 */
export async function composeServices<
  Given extends { readonly contributed: GatheredContributions },
  const List extends readonly AnyServiceModule[],
>(given: Given, list: List) {
  const services: Service[] = [];
  let provided: object = given;
  for (const module of list) {
    const { provides = {}, contributes = {}, ...parts } = await module.create(provided as never);
    for (const port of Object.keys(provides))
      assert(!(port in provided), `${module.definition.name} provides ${port} a second time`);
    provided = { ...provided, ...provides };
    gather(given.contributed, contributes);
    services.push(...apisOf(module, parts));
  }
  return { services: services as readonly Service[], provided: provided as Provided<Given, List> };
}

/** The service in each protocol that its API is served in. */
function apisOf(module: AnyServiceModule, parts: ServiceParts): readonly Service[] {
  const { create: _create, migrations: _migrations, furtherProtocols = [], ...facts } = module;
  const { api, accessDenied } = parts;
  const shared = { ...facts, api, ...(accessDenied && { accessDenied }) };
  const sameApiAs = facts.definition.name;
  return [
    { ...facts, ...parts },
    ...furtherProtocols.map((definition) => ({ ...shared, definition, sameApiAs })),
  ];
}

export function migrationsOf(list: readonly AnyServiceModule[]): readonly Migration[] {
  return list.flatMap(({ migrations = [] }) => migrations);
}
