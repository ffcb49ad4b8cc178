import type { OrganizationRow, UnitRow } from "./tables.ts";

/** The root and units of one organization, for paths and depths. */
export class Tree {
  readonly #organization: Pick<OrganizationRow, "organization_id" | "root_id">;
  readonly #units: ReadonlyMap<string, UnitRow>;

  constructor(
    organization: Pick<OrganizationRow, "organization_id" | "root_id">,
    units: readonly UnitRow[],
  ) {
    this.#organization = organization;
    this.#units = new Map(units.map((unit) => [unit.unit_id, unit]));
  }

  /** Whether a root or unit with this id is part of it. */
  has(parentId: string): boolean {
    return parentId === this.#organization.root_id || this.#units.has(parentId);
  }

  /** The ids of all units. */
  ids(): readonly string[] {
    return [...this.#units.keys()];
  }

  unit(id: string): UnitRow | undefined {
    return this.#units.get(id);
  }

  /** The units from below the root down to this one; none for the root. */
  unitsTo(parentId: string): readonly UnitRow[] {
    const found: UnitRow[] = [];
    for (let unit = this.#units.get(parentId); unit; unit = this.#units.get(unit.parent_id))
      found.unshift(unit);
    return found;
  }

  /** `o-…/r-…/ou-…/`, as in `aws:PrincipalOrgPaths`. */
  pathOf(parentId: string): string {
    const { organization_id, root_id } = this.#organization;
    const ids = this.unitsTo(parentId).map(({ unit_id }) => unit_id);
    return `${[organization_id, root_id, ...ids].join("/")}/`;
  }
}
