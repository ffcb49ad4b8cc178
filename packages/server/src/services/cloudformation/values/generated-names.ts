import type { Ids } from "../../../kernel/ids.ts";
import type { Naming, ResourceModel } from "../../../kernel/resources.ts";

interface Place {
  readonly stackName: string;
  readonly logicalId: string;
}

const RANDOM_LENGTH = 12;

/** The wanted properties with a name, if the template gives none and the type wants one. */
export function withGeneratedName(
  { naming }: { readonly naming?: Naming },
  want: ResourceModel,
  place: Place,
  ids: Ids,
): ResourceModel {
  if (!naming || want[naming.property] !== undefined) return want;
  return { ...want, [naming.property]: generatedName(naming, place, ids) };
}

function generatedName(
  { lengthMax, form }: Naming,
  { stackName, logicalId }: Place,
  ids: Ids,
): string {
  const random = ids.alphanumeric(RANDOM_LENGTH);
  switch (form) {
    case "cfn-prefix":
      return `CFN-${logicalId}-${random}`;
    case "abbreviated":
      return `${stackName.slice(0, 5)}-${logicalId.slice(0, 4)}-${random}`;
    case "lower-case":
      return `${frontOf(stackName, logicalId, lengthMax)}-${random}`.toLowerCase();
    case undefined:
      return `${frontOf(stackName, logicalId, lengthMax)}-${random}`;
    default:
      return form satisfies never;
  }
}

/** Stack and logical id, cut to the room that the random end leaves; each keeps half of it. */
function frontOf(stackName: string, logicalId: string, lengthMax: number): string {
  const room = lengthMax - RANDOM_LENGTH - 2;
  const stackRoom = Math.max(Math.floor(room / 2), room - logicalId.length);
  const stack = stackName.slice(0, stackRoom);
  return `${stack}-${logicalId.slice(0, room - stack.length)}`;
}
