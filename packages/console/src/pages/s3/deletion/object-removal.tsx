import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import type { Removal } from "../../../shared/remove-items.tsx";
import { hasDotParts } from "../dot-keys.ts";
import { deleteKeys, keysBelow, type StoredKey } from "./delete-keys.ts";

/** How objects are deleted, and folders with everything below them. */
export function objectRemoval(bucket: string): Removal<{
  readonly key: string;
  readonly folder: boolean;
}> {
  return {
    one: "object",
    nameOf: ({ key }) => key,
    consequences: (entries) => (
      <Box>
        {entries.some(({ folder }) => folder) && "Folders go with everything below them. "}
        Where the bucket keeps versions, a delete marker hides what is deleted: “Show versions”
        brings it back. Otherwise it is gone for good.
      </Box>
    ),
    remove: async ({ s3 }, { key, folder }, run) => {
      if (folder) await deleteKeys(s3, bucket, keysBelow(s3, bucket, key), run, false);
      // A browser would ask for another address: the key goes in the request's body.
      else if (hasDotParts(key)) await deleteKeys(s3, bucket, only({ Key: key }), run, false);
      else await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
}

async function* only(key: StoredKey): AsyncGenerator<readonly StoredKey[], void> {
  yield [key];
}
