import { RESERVED_PREFIX } from "./key-name.ts";

/**
 * Services whose AWS managed keys have an alias in every account before the key is made. Source:
 * API reference, ListAliases and DescribeKey ("predefined aliases"); AWS nowhere lists them, so
 * these are the ones that accounts show.
 */
const SERVICES = [
  ...["acm", "dynamodb", "ebs", "elasticfilesystem", "es", "glue", "kinesisvideo"],
  ...["lambda", "rds", "redshift", "s3", "secretsmanager", "ssm", "xray"],
];

export const PREDEFINED_ALIASES: readonly string[] = SERVICES.map(
  (service) => `${RESERVED_PREFIX}${service}`,
);

/** The service whose key an alias stands for, if it is a predefined one. */
export function managedService(alias: string | undefined): string | undefined {
  return alias !== undefined && PREDEFINED_ALIASES.includes(alias)
    ? alias.slice(RESERVED_PREFIX.length)
    : undefined;
}
