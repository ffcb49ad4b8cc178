import { EventBridge } from "@aws-sdk/client-eventbridge";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";

/* Connections, with an API destination each. */

const PREFIX = "kills-";

interface Connection {
  readonly user: string;
  readonly state: string;
  /** Its destination's limit of calls in a second. */
  readonly rate: number | undefined;
}

function change(
  key: string,
  connection: Connection | undefined,
  chance: Chance,
): Change<Connection> {
  const Name = PREFIX + key;
  const of = (at: Node) => at.client(EventBridge);
  const user = `user-${chance.below(1e6)}`;
  const settings = {
    ...({ Name, AuthorizationType: "BASIC" } as const),
    AuthParameters: { BasicAuthParameters: { Username: user, Password: "secret" } },
  };
  if (!connection)
    return {
      says: `CreateConnection ${key} ${user}`,
      send: (at) => of(at).createConnection(settings),
      after: () => ({ user, state: "AUTHORIZED", rate: undefined }),
    };
  const { rate } = connection;
  switch (chance.below(3)) {
    case 0:
      return {
        says: `UpdateConnection ${key} ${user}`,
        send: (at) => of(at).updateConnection(settings),
        after: () => ({ ...connection, user }),
      };
    case 1:
      if (rate === undefined)
        return {
          says: `DeleteConnection ${key}`,
          send: (at) => of(at).deleteConnection({ Name }),
          after: () => undefined,
        };
      return {
        says: `DeleteApiDestination ${key}`,
        send: (at) => of(at).deleteApiDestination({ Name }),
        after: () => ({ ...connection, rate: undefined }),
      };
    default:
      return putDestination(key, connection, 1 + chance.below(300));
  }
}

function putDestination(
  key: string,
  connection: Connection,
  InvocationRateLimitPerSecond: number,
): Change<Connection> {
  const Name = PREFIX + key;
  const isNew = connection.rate === undefined;
  return {
    says: `${isNew ? "Create" : "Update"}ApiDestination ${key} ${InvocationRateLimitPerSecond}`,
    async send(at) {
      const events = at.client(EventBridge);
      if (!isNew) return events.updateApiDestination({ Name, InvocationRateLimitPerSecond });
      const { ConnectionArn } = await events.describeConnection({ Name });
      return events.createApiDestination({
        ...({ Name, ConnectionArn, InvocationRateLimitPerSecond, HttpMethod: "POST" } as const),
        InvocationEndpoint: "https://example.com/",
      });
    },
    after: () => ({ ...connection, rate: InvocationRateLimitPerSecond }),
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, Connection>> {
  const events = at.client(EventBridge);
  const [connections, destinations] = await Promise.all([
    allPages(
      (NextToken) => events.listConnections({ NextToken }),
      ({ Connections }) => Connections,
      ({ NextToken }) => NextToken,
    ),
    allPages(
      (NextToken) => events.listApiDestinations({ NextToken }),
      ({ ApiDestinations }) => ApiDestinations,
      ({ NextToken }) => NextToken,
    ),
  ]);
  const rates = new Map(
    destinations.map(({ ConnectionArn, InvocationRateLimitPerSecond }) => [
      ConnectionArn,
      InvocationRateLimitPerSecond,
    ]),
  );
  const named: [string | undefined, Connection][] = [];
  for (const { Name, ConnectionArn, ConnectionState: state = "" } of connections) {
    const { AuthParameters } = await events.describeConnection({ Name });
    const user = AuthParameters?.BasicAuthParameters?.Username ?? "";
    named.push([Name, { user, state, rate: rates.get(ConnectionArn) }]);
  }
  return byKey(PREFIX, named);
}

export const destinations = remembered<Connection>({
  ...{ name: "events-destinations", keys: 8, change, read },
});
