import type { Kysely } from "kysely";
import type { ParameterPlace, ParameterTier, ParameterVersion, SsmTables } from "../tables.ts";

type Db = Kysely<SsmTables>;
type Account = Pick<ParameterPlace, "account_id" | "region">;

/** The character after the slash, so that `[/a/, /a0)` is everything below `/a`. */
const AFTER_SLASH = "0";

/** The newest versions of an account's parameters below `path`, by their paths. */
export function newestBelow(
  { account_id, region }: Account,
  path: string,
  after: string,
  limit: number,
  db: Db,
): Promise<readonly ParameterVersion[]> {
  const below = path === "/" ? "" : path;
  return db
    .selectFrom("ssm_parameters as parameters")
    .innerJoin("ssm_parameter_versions as versions", (join) =>
      join
        .onRef("versions.parameter_id", "=", "parameters.parameter_id")
        .onRef("versions.version", "=", "parameters.version"),
    )
    .selectAll("versions")
    .select([
      "parameters.account_id",
      "parameters.region",
      "parameters.path",
      "parameters.name",
      "parameters.tags",
      "parameters.version as latest",
    ])
    .where("parameters.account_id", "=", account_id)
    .where("parameters.region", "=", region)
    .where("parameters.path", ">", after)
    .where("parameters.path", ">", `${below}/`)
    .where("parameters.path", "<", `${below}${AFTER_SLASH}`)
    .orderBy("parameters.path")
    .limit(limit)
    .execute();
}

export async function countParameters({ account_id, region }: Account, db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("ssm_parameters")
    .select((one) => one.fn.countAll<number>().as("count"))
    .where("account_id", "=", account_id)
    .where("region", "=", region)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function countOfTier(
  { account_id, region }: Account,
  tier: ParameterTier,
  db: Db,
): Promise<number> {
  const { count } = await db
    .selectFrom("ssm_parameters as parameters")
    .innerJoin("ssm_parameter_versions as versions", (join) =>
      join
        .onRef("versions.parameter_id", "=", "parameters.parameter_id")
        .onRef("versions.version", "=", "parameters.version"),
    )
    .select((one) => one.fn.countAll<number>().as("count"))
    .where("parameters.account_id", "=", account_id)
    .where("parameters.region", "=", region)
    .where("versions.tier", "=", tier)
    .executeTakeFirstOrThrow();
  return Number(count);
}
