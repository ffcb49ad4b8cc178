const OBJECTS = 10_000;
const PAGE = 1_000;

/** S3's answers about a bucket of 10,000 objects, whose sizes go down as their names go up. */
export function listObjectsAnswer(request: { url(): string }): string {
  const { searchParams } = new URL(request.url());
  const prefix = searchParams.get("prefix") ?? "";
  const from = Number(searchParams.get("continuation-token") ?? 0);
  const keys = Array.from({ length: OBJECTS }, (_, at) => `object-${String(at).padStart(4, "0")}`);
  const matching = keys.filter((key) => key.startsWith(prefix));
  const next = from + PAGE;
  const isTruncated = next < matching.length;
  const contents = matching.slice(from, next).map((key) => {
    const size = OBJECTS - Number(key.slice("object-".length));
    const facts = `<Size>${size}</Size><LastModified>2026-02-07T18:13:19.000Z</LastModified>`;
    return `<Contents><Key>${key}</Key>${facts}</Contents>`;
  });
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
    `<Name>crowded</Name><Prefix>${prefix}</Prefix><Delimiter>/</Delimiter>`,
    `<IsTruncated>${isTruncated}</IsTruncated>`,
    isTruncated ? `<NextContinuationToken>${next}</NextContinuationToken>` : "",
    ...contents,
    "</ListBucketResult>",
  ].join("");
}
