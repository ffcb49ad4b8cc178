import type { S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { deleteKeys, everyVersion, type StoredKey } from "./delete-keys.ts";

type Sent = { readonly constructor: { readonly name: string }; readonly input: unknown };

function s3Of(answer: (input: Record<string, unknown>, name: string) => object) {
  const sent: Sent[] = [];
  const send = async (command: Sent) => {
    sent.push(command);
    return answer(command.input as Record<string, unknown>, command.constructor.name);
  };
  return { sent, s3: { send, config: {} } as unknown as S3Client };
}

async function* pages(...all: readonly (readonly StoredKey[])[]) {
  yield* all;
}

const run = () => {
  const stop = new AbortController();
  const said: string[] = [];
  return { stop, said, signal: stop.signal, report: (text: string) => said.push(text) };
};

test("each page is a call, and the number of the deleted is said", async () => {
  const { sent, s3 } = s3Of(() => ({}));
  const one = run();
  await deleteKeys(s3, "attic", pages([{ Key: "a" }, { Key: "b" }], [], [{ Key: "c" }]), one, true);
  expect(sent.map(({ input }) => input)).toEqual([
    expect.objectContaining({
      Delete: { Objects: [{ Key: "a" }, { Key: "b" }], Quiet: true },
      BypassGovernanceRetention: true,
    }),
    expect.objectContaining({ Delete: { Objects: [{ Key: "c" }], Quiet: true } }),
  ]);
  expect(one.said).toEqual(["2 deleted from attic", "3 deleted from attic"]);
});

test("refusals of single objects are thrown at the end; many end it", async () => {
  const refused = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      Key: `k${at}`,
      Code: "AccessDenied",
      Message: "no",
    }));
  const few = s3Of(() => ({ Errors: refused(1) }));
  const one = run();
  const deleting = deleteKeys(few.s3, "attic", pages([{ Key: "a" }], [{ Key: "b" }]), one, false);
  await expect(deleting).rejects.toMatchObject({
    errors: [{ name: "AccessDenied", message: "k0: no" }, { message: "k0: no" }],
  });
  expect(few.sent).toHaveLength(2);
  const many = s3Of(() => ({ Errors: refused(100) }));
  const all = pages([{ Key: "a" }], [{ Key: "b" }]);
  await expect(deleteKeys(many.s3, "attic", all, run(), false)).rejects.toThrow(AggregateError);
  expect(many.sent).toHaveLength(1);
});

test("a stop ends it before the next page", async () => {
  const one = run();
  const { sent, s3 } = s3Of(() => {
    one.stop.abort();
    return {};
  });
  const all = pages([{ Key: "a" }], [{ Key: "b" }]);
  await expect(deleteKeys(s3, "attic", all, one, false)).rejects.toThrow(/abort/i);
  expect(sent).toHaveLength(1);
});

test("every version and delete marker is found, over all pages", async () => {
  const { s3 } = s3Of(({ KeyMarker }) =>
    KeyMarker === undefined
      ? {
          Versions: [{ Key: "a", VersionId: "1" }],
          DeleteMarkers: [{ Key: "a", VersionId: "2" }],
          IsTruncated: true,
          NextKeyMarker: "a",
          NextVersionIdMarker: "2",
        }
      : { Versions: [{ Key: "b" }] },
  );
  const found: StoredKey[] = [];
  for await (const page of everyVersion(s3, "attic")) found.push(...page);
  expect(found).toEqual([
    { Key: "a", VersionId: "1" },
    { Key: "a", VersionId: "2" },
    { Key: "b", VersionId: "null" },
  ]);
});
