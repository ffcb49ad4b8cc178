/** AWS General Reference, "Amazon Resource Names", and the partitions file of the SDKs. */
export const PARTITIONS: ReadonlySet<string> = new Set([
  "aws",
  "aws-cn",
  "aws-us-gov",
  "aws-iso",
  "aws-iso-b",
  "aws-iso-e",
  "aws-iso-f",
  "aws-eusc",
]);

/** Whether an ARN pattern's partition is one of AWS's, or all of them. */
export function isPartition(name: string): boolean {
  return name === "*" || PARTITIONS.has(name);
}
