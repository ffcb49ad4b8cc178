import type { Violation } from "../kernel/constraints.ts";

/*
 * AWS's older services check a request's members in the order of a Java HashMap. Nobody documents
 * it; sentences with several violations that IAM has given come in exactly this order.
 */

/** A HashMap of the default capacity, which doubles when it is three quarters full. */
const CAPACITY = 16;
const LOAD = 0.75;

/** Sorts violations as a service does whose operation has so many `members` of its input. */
export function inHashOrder(violations: readonly Violation[], members: number): Violation[] {
  let capacity = CAPACITY;
  while (members > capacity * LOAD) capacity *= 2;
  const placed = violations.map((violation) => {
    const [first = "", ...rest] = violation.path.split(".");
    const place = [bucketOf(first, capacity), ...rest.map((part) => placeOf(part))];
    return { violation, place };
  });
  return placed.sort((a, b) => compare(a.place, b.place)).map(({ violation }) => violation);
}

/** A part of `tags.12.member.key`: items by their number, members of structures by their bucket. */
function placeOf(part: string): number {
  return /^[0-9]+$/.test(part) ? Number(part) : bucketOf(part, CAPACITY);
}

function bucketOf(name: string, capacity: number): number {
  let hash = 0;
  for (let index = 0; index < name.length; index++)
    hash = (Math.imul(hash, 31) + name.charCodeAt(index)) | 0;
  return (hash ^ (hash >>> 16)) & (capacity - 1);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, place] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (place !== other) return place - other;
  }
  return a.length - b.length;
}
