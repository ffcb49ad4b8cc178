import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isTest, listModules, resolve, root } from "./modules.ts";

/**
 * The floors of a service, from the ground up. A floor is a folder, or a file at the service's top
 * that knows folders. It may import the folders that it lists, and every file at the top, except
 * for those that are floors above it.
 */
interface ServiceFloors {
  /** Files at the top that know every folder; nothing in the service imports them. */
  readonly roof: readonly string[];
  readonly floors: Readonly<Record<string, readonly string[]>>;
  /** The floors that ask tables; all others ask these. */
  readonly queries: readonly string[];
  /** Modules outside `rows` that ask tables and are other features' too, each with its reason. */
  readonly lent?: Readonly<Record<string, string>>;
}

const SERVICES: Readonly<Record<string, ServiceFloors>> = {
  iam: {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      rows: [],
      catalogue: [],
      changes: ["rows"],
      "last-used": ["rows"],
      "answer-members.ts": ["rows"],
      "parts.ts": ["catalogue", "changes", "last-used"],
      identities: ["catalogue", "changes", "rows"],
      policies: ["catalogue", "identities", "rows"],
      roles: ["catalogue", "identities", "last-used", "policies", "rows"],
      users: ["identities", "policies", "rows"],
      tags: ["identities", "policies", "rows"],
      "service-linked-roles": ["catalogue", "changes", "rows"],
      credentials: ["changes", "identities", "rows", "tags"],
      mfa: ["identities", "rows", "tags", "users"],
      federation: ["identities", "mfa", "rows", "tags"],
      simulation: ["identities", "policies", "rows"],
      "last-accessed": ["identities", "policies", "rows"],
      account: ["catalogue", "identities", "last-used", "policies", "roles", "rows", "users"],
      resources: ["mfa"],
    },
    // Deletion tasks are a table of service-linked roles alone.
    queries: ["rows", "service-linked-roles"],
  },
  s3: {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      resources: [],
      encryption: [],
      rows: ["encryption"],
      blobs: ["encryption", "rows"],
      remote: ["blobs", "encryption", "rows"],
      "blob-place.ts": ["blobs", "remote", "rows"],
      checksums: ["blobs"],
      "object-commits.ts": ["blobs", "rows"],
      "dependencies.ts": ["blobs", "checksums"],
      access: ["rows"],
      check: ["blobs", "checksums", "encryption", "remote", "rows"],
      buckets: ["access", "encryption", "rows"],
      control: ["access", "rows"],
      cors: ["access", "rows"],
      listing: ["access", "checksums", "encryption", "rows"],
      notifications: ["access", "rows"],
      "object-lock": ["access", "checksums", "rows"],
      website: ["access", "rows"],
      archive: ["access", "notifications", "rows"],
      forms: ["checksums", "cors"],
      permissions: ["access", "notifications", "rows"],
      tags: ["access", "notifications", "rows"],
      versions: ["access", "listing", "notifications", "rows"],
      lifecycle: ["access", "rows", "versions"],
      objects: [
        ...["access", "archive", "blobs", "checksums", "encryption", "lifecycle", "listing"],
        ...["notifications", "object-lock", "rows", "versions"],
      ],
      multipart: [
        ...["access", "blobs", "checksums", "encryption", "lifecycle", "listing"],
        ...["notifications", "objects", "rows"],
      ],
    },
    // Each of these asks in one place what no other feature asks.
    queries: [
      ...["rows", "check", "buckets", "control", "cors", "listing", "website", "tags"],
      ...["versions", "lifecycle", "objects", "multipart"],
    ],
  },
  ivs: {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      rows: [],
      sessions: ["rows"],
      "authorization.ts": ["rows"],
      "batch-items.ts": ["rows"],
      nodes: ["rows"],
      "ad-configurations.ts": ["rows"],
      channels: ["rows"],
      "recording-configurations": ["rows"],
      tags: ["rows"],
      recording: ["recording-configurations", "rows", "sessions"],
      live: ["channels", "nodes", "recording", "recording-configurations", "rows", "sessions"],
      playback: ["channels", "live", "nodes", "rows"],
      streams: ["channels", "live", "recording-configurations", "rows", "sessions"],
      resources: [],
    },
    queries: ["rows"],
  },
  "ivs-realtime": {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      rows: [],
      "authorization.ts": ["rows"],
      "public-keys": ["rows"],
      "encoder-configurations": ["rows"],
      compositions: ["rows"],
      storage: [],
      "storage-configurations": ["rows", "storage"],
      sessions: ["rows"],
      tokens: ["rows"],
      stages: ["rows", "sessions", "tokens"],
      "ingest-configurations": ["rows", "sessions", "stages"],
      participants: ["rows", "sessions"],
      replication: ["authorization.ts", "rows", "sessions"],
      recording: ["rows", "sessions", "stages", "storage"],
      live: ["recording", "rows", "sessions", "stages", "tokens"],
      composing: ["live", "rows", "storage"],
      tags: ["rows"],
      resources: [],
    },
    queries: ["rows"],
  },
  "ivs-chat": {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      resources: [],
      rows: [],
      metrics: [],
      "authorization.ts": ["rows"],
      tokens: ["authorization.ts"],
      review: ["metrics"],
      messaging: ["authorization.ts", "metrics", "review", "rows", "tokens"],
      logging: ["authorization.ts", "messaging", "metrics", "rows"],
      rooms: ["authorization.ts", "messaging", "rows"],
      tags: ["authorization.ts", "rows"],
    },
    queries: ["rows"],
  },
  cloudtrail: {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      resources: [],
      record: [],
      "tables.ts": ["record"],
      events: ["record"],
      "call-recorder.ts": ["events", "record"],
      "service-event-recorder.ts": ["events", "record"],
      trails: ["events", "record"],
    },
    queries: ["events", "trails"],
    lent: {
      "events/event-store.ts": "A class that owns its table; recorder and trails are given it.",
    },
  },
  organizations: {
    roof: ["index.ts", "api.ts"],
    floors: {
      resources: [],
      rows: [],
      access: ["rows"],
      directory: ["access", "rows"],
      policies: ["access", "rows"],
      organization: ["access", "policies", "rows"],
      units: ["access", "policies", "rows"],
      services: ["access", "rows"],
      tags: ["access", "rows"],
      accounts: ["access", "policies", "rows", "services", "units"],
      handshakes: ["access", "accounts", "policies", "rows", "services"],
    },
    queries: ["rows"],
  },
  kms: {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      resources: [],
      rows: [],
      ciphertext: ["rows"],
      uses: ["rows"],
      "dependencies.ts": ["ciphertext", "uses"],
      access: ["ciphertext", "rows"],
      keys: ["access", "ciphertext", "rows"],
      aliases: ["access", "rows"],
      grants: ["access", "rows"],
      encryption: ["access", "ciphertext", "rows"],
      signatures: ["access", "ciphertext"],
    },
    queries: ["rows"],
  },
  ecr: {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      rows: [],
      access: ["rows"],
      policies: ["access", "rows"],
      repositories: ["access", "rows"],
      resources: [],
    },
    queries: ["rows"],
  },
  cloudformation: {
    roof: ["index.ts", "api.ts", "engine-parts.ts", "migrations.ts"],
    floors: {
      rows: [],
      types: [],
      reader: [],
      "dependencies.ts": ["reader", "types"],
      access: ["rows"],
      values: ["reader", "rows", "types"],
      engine: ["rows", "types", "values"],
      exports: ["access", "rows"],
      registry: ["access"],
      stacks: ["access", "engine", "rows", "values"],
      drift: ["access", "rows", "stacks", "values"],
      templates: ["access", "rows", "values"],
      "change-sets": ["access", "engine", "rows", "stacks", "types", "values"],
      nested: ["access", "engine", "rows", "types", "values"],
      refactors: ["access", "engine", "rows", "stacks", "values"],
      signals: ["access", "rows", "types", "values"],
      "custom-resources": ["access", "dependencies.ts", "rows", "types", "values"],
    },
    queries: ["rows"],
  },
  ssm: {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      rows: [],
      names: [],
      "parameter-events.ts": ["names"],
      access: ["names", "rows"],
      filters: ["access", "names"],
      values: ["names"],
      policies: ["rows"],
      parameters: ["access", "filters", "names", "policies", "rows", "values"],
      resources: [],
    },
    queries: ["rows"],
  },
  "access-analyzer": {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      resources: [],
      rows: [],
      finding: [],
      "access.ts": ["rows"],
      "tags.ts": ["rows"],
      checks: [],
      "policy-checks.ts": ["checks"],
      analysis: ["finding", "rows"],
      analyzers: ["analysis", "finding", "rows"],
      findings: ["analysis", "finding", "rows"],
      previews: ["analysis", "finding", "rows"],
      generations: ["analysis", "rows"],
      recommendations: ["analysis", "findings", "rows"],
    },
    queries: ["rows"],
  },
  events: {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      resources: [],
      schedule: [],
      rows: ["schedule"],
      pattern: [],
      "target-input": ["pattern"],
      "put-event.ts": ["pattern"],
      "api-destinations.ts": ["rows"],
      "connections.ts": ["rows"],
      "rules.ts": ["pattern", "rows", "schedule"],
      "tags.ts": ["rows"],
      archives: ["pattern", "rows"],
      buses: ["rows"],
      "custom-events.ts": ["buses", "pattern", "rows"],
      "targets.ts": ["rows", "target-input"],
      delivery: ["pattern", "rows", "schedule", "target-input"],
    },
    queries: [
      "archives",
      ...["api-destinations.ts", "connections.ts", "rules.ts", "targets.ts", "tags.ts", "rows"],
      ...["delivery", "index.ts"],
    ],
  },
  cloudwatch: {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: {
      resources: [],
      math: [],
      metrics: ["math"],
      rows: [],
      access: ["rows"],
      alarms: ["access", "metrics", "rows"],
      dashboards: ["access", "rows"],
      "tags.ts": ["access", "dashboards", "rows"],
    },
    queries: ["metrics", "rows"],
    lent: { "metrics/metric-store.ts": "alarms watch the periods of metrics" },
  },
  "iam-toolbox": {
    roof: ["index.ts", "api.ts", "migrations.ts"],
    floors: { details: [], uses: [] },
    queries: ["details", "uses"],
  },
  rolecast: {
    roof: ["index.ts", "api.ts"],
    floors: { feeds: [], films: [], "linked-services": [], "test-pictures": [] },
    queries: [],
  },
};

/** A module that asks tables has a call of the query builder or a piece of SQL. */
const STATEMENT = /\.(?:selectFrom|insertInto|updateTable|deleteFrom)\(|\bsql[<`]/;

test("every service that has folders has floors", () => {
  const services = join(root, "packages/server/src/services");
  const deep = readdirSync(services, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .filter(({ name }) =>
      readdirSync(join(services, name), { withFileTypes: true }).some((entry) =>
        entry.isDirectory(),
      ),
    )
    .map(({ name }) => name);
  expect(deep.filter((name) => !Object.hasOwn(SERVICES, name))).toEqual([]);
});

describe.each(Object.entries(SERVICES))(
  "the floors of %s",
  (service, { roof, floors, queries, lent = {} }) => {
    const folder = `packages/server/src/services/${service}/`;
    const order = Object.keys(floors);
    const modules = listModules().filter(({ path }) => path.startsWith(folder) && !isTest(path));
    const imports = modules
      .flatMap(({ path, imports }) =>
        imports.map((target) => ({
          from: path.slice(folder.length),
          to: resolve(path, target).slice(folder.length),
          isInside: target.startsWith(".") && resolve(path, target).startsWith(folder),
        })),
      )
      .filter(({ isInside }) => isInside);

    test("are all the folders that there are, and each stands on floors below it", () => {
      for (const [floor, below] of Object.entries(floors)) {
        expect(existsSync(join(root, folder, floor)), floor).toBe(true);
        expect(order.slice(0, order.indexOf(floor))).toEqual(expect.arrayContaining([...below]));
      }
      const folders = new Set(imports.map(({ from }) => floorOf(from)));
      for (const name of folders) {
        if (statSync(join(root, folder, name)).isDirectory()) expect(order).toContain(name);
      }
    });

    test("import only what they list, and list only what they import", () => {
      const arrows = imports
        .map(({ from, to }) => ({ from, to, floor: floorOf(from), below: floorOf(to) }))
        .filter(({ floor, below }) => floor !== below && !roof.includes(floor));
      const wrong = arrows.filter(({ floor, below }) => {
        if (roof.includes(below)) return true;
        if (!below.endsWith(".ts")) return !floors[floor]?.includes(below);
        return order.includes(below) && order.indexOf(below) > order.indexOf(floor);
      });
      expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
      const idle = Object.entries(floors).flatMap(([floor, listed]) =>
        listed
          .filter(
            (below) => !arrows.some((arrow) => arrow.floor === floor && arrow.below === below),
          )
          .map((below) => `${floor} lists ${below}`),
      );
      expect(idle).toEqual([]);
    });

    const asking = modules
      .filter(({ path, text }) => STATEMENT.test(text) && !path.endsWith("migrations.ts"))
      .map(({ path }) => path.slice(folder.length));

    test("ask tables in their queries' floors alone", () => {
      expect(asking.filter((path) => !queries.includes(floorOf(path)))).toEqual([]);
    });

    test("leave what asks tables to the feature that it is of, but for rows", () => {
      const borrowed = imports.filter(
        ({ from, to }) =>
          asking.includes(to) &&
          floorOf(to) !== "rows" &&
          floorOf(from) !== floorOf(to) &&
          !roof.includes(floorOf(from)),
      );
      const wrong = borrowed.filter(({ to }) => lent[to] === undefined);
      expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
      expect([...new Set(borrowed.map(({ to }) => to))]).toEqual(
        expect.arrayContaining(Object.keys(lent)),
      );
    });
  },
);

/** `rows/users.ts` is of the floor `rows`; a file at the top is a floor of its own. */
function floorOf(path: string): string {
  return path.split("/")[0] ?? path;
}
