import type { AwsClients } from "../../wire/aws-clients.ts";
import { isSamePolicy, withStatements } from "./edited-statement.ts";
import type { PolicyPlace } from "./policy-place.ts";

/** The change of a policy that was tried. */
export interface Change {
  /** The policy that decided; undefined for a new one. */
  readonly before: string | undefined;
  /** The whole policy that was tried. */
  readonly edited: string;
  /** A new inline policy, which takes no other's place. */
  readonly isInline: boolean;
}

/** Saves a change in its place. @throws Error if another change would be lost. */
export async function saveIn(place: PolicyPlace, aws: AwsClients, change: Change): Promise<void> {
  const { before, edited, isInline } = change;
  const there = await place.read(aws);
  if (before !== undefined && (there === undefined || !isSamePolicy(there, before)))
    throw new Error(
      `Since the denial ${place.title} was changed. Repeat the call, and try again on its text.`,
    );
  if (isInline && there !== undefined)
    throw new Error(`There is ${place.title} already. Choose another name.`);
  await place.write(aws, before === undefined ? withStatements(there, edited) : edited);
}
