import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import type { Removal } from "../../../shared/remove-items.tsx";
import { deleteKeys, keysBelow } from "./delete-keys.ts";

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
      else await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
}
