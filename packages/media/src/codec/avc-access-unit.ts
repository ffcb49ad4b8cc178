/** ITU-T H.264, table 7-1. */
export const AVC_NAL = { slice: 1, idr: 5, sps: 7, pps: 8, delimiter: 9, filler: 12 } as const;

/** Returns 0, which is no unit's type, for an empty unit. */
export function avcNalType(unit: Buffer): number {
  return (unit[0] ?? 0) & 0x1f;
}

/** Returns the parameter sets before the picture's own units, `setsMax` at most. */
export function avcSetsBeforeSlice(units: readonly Buffer[], setsMax: number): Buffer[] {
  const sets: Buffer[] = [];
  for (const unit of units) {
    const type = avcNalType(unit);
    if (sets.length === setsMax || (type >= AVC_NAL.slice && type <= AVC_NAL.idr)) {
      break;
    }
    if (type === AVC_NAL.sps || type === AVC_NAL.pps) {
      sets.push(unit);
    }
  }
  return sets;
}
