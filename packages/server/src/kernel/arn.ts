/** The six parts of an Amazon Resource Name; `resource` keeps its colons and slashes. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly resource: string;
}

/** Splits an ARN on its first five colons. Undefined when the text has fewer parts or no `arn:`. */
export function parseArn(text: string): Arn | undefined {
  const parts: string[] = [];
  let from = 0;
  for (let index = 0; index < 5; index++) {
    const colon = text.indexOf(":", from);
    if (colon < 0) return undefined;
    parts.push(text.slice(from, colon));
    from = colon + 1;
  }
  const [prefix, partition, service, region, accountId] = parts;
  if (prefix !== "arn" || !partition || !service) return undefined;
  return {
    partition,
    service,
    region: region ?? "",
    accountId: accountId ?? "",
    resource: text.slice(from),
  };
}

export function formatArn(arn: Omit<Arn, "partition">): string {
  return `arn:aws:${arn.service}:${arn.region}:${arn.accountId}:${arn.resource}`;
}
