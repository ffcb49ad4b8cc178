import type * as ssm from "@aws-sdk/client-ssm";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { withSystemTags } from "../../../kernel/system-tags.ts";
import {
  currentParameter,
  parameterOperation,
  requestTagKeys,
  type Tag,
  type Tags,
  tagsOf,
} from "../access/parameter-access.ts";
import { checkedTags, refuseReserved } from "../access/tags.ts";
import { invalidResourceId, invalidResourceType } from "../errors.ts";
import { readOwnName } from "../names/parameter-name.ts";
import { updateParameter } from "../rows/parameters.ts";
import type { ParameterRow, SsmTables } from "../tables.ts";

interface TagsInput {
  readonly ResourceType: string;
  readonly ResourceId: string;
}

/** Kinds of resources that Systems Manager has on AWS and of which there are none here. */
const OTHER_TYPES = [
  ...["Document", "ManagedInstance", "MaintenanceWindow", "PatchBaseline", "OpsItem"],
  ...["OpsMetadata", "Automation", "Association"],
];

/** AddTagsToResource, RemoveTagsFromResource, ListTagsForResource. */
export function parameterTagOperations(): OperationTable {
  return defineOperations<typeof ssm>()({
    AddTagsToResource: parameterOperation(
      "AddTagsToResource",
      placeOf,
      (found, { Tags }: TagsInput & { readonly Tags: readonly Tag[] }, context) =>
        changeTags(found, context, (before) => checkedTags(Tags, before)),
      ({ Tags }) => requestTagKeys(Tags),
    ),
    RemoveTagsFromResource: parameterOperation(
      "RemoveTagsFromResource",
      placeOf,
      (found, { TagKeys }: TagsInput & { readonly TagKeys: readonly string[] }, context) =>
        changeTags(found, context, (before) => {
          refuseReserved(TagKeys);
          const kept = Object.entries(before).filter(([key]) => !TagKeys.includes(key));
          return Object.fromEntries(kept);
        }),
      ({ TagKeys }) => ({ "aws:tagkeys": TagKeys }),
    ),
    ListTagsForResource: parameterOperation(
      "ListTagsForResource",
      placeOf,
      async (found, _input: TagsInput) => {
        if (!found) throw invalidResourceId();
        const tags = Object.entries(tagsOf(found)).sort(([one], [other]) => (one < other ? -1 : 1));
        return { TagList: tags.map(([Key, Value]) => ({ Key, Value })) };
      },
    ),
  });
}

/** Throws InvalidResourceType, InvalidResourceId. */
function placeOf({ ResourceType, ResourceId }: TagsInput, context: RequestContext) {
  if (OTHER_TYPES.includes(ResourceType)) throw invalidResourceId();
  if (ResourceType !== "Parameter") throw invalidResourceType();
  return readOwnName(ResourceId, context).place;
}

function changeTags(
  found: ParameterRow | undefined,
  context: RequestContext,
  change: (before: Tags) => Tags,
): Promise<object> {
  return context.transaction<SsmTables, object>(async ({ db }) => {
    const row = await currentParameter(found, db);
    if (!row) throw invalidResourceId();
    const tags = withSystemTags(change(tagsOf(row)), context);
    await updateParameter(row, { tags: JSON.stringify(tags) }, db);
    return {};
  });
}
