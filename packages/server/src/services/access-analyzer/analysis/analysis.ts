import type {
  InternalAccessAnalysisRule,
  InternalAccessConfiguration,
  UnusedAccessConfiguration,
} from "@aws-sdk/client-accessanalyzer";
import type { ShareableResource } from "../../../kernel/ports/shareable-resources.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type Reader, readerOf, type Store, type Transaction } from "../../../kernel/store.ts";
import { inTurns, nextTurn } from "../../../kernel/work/turns.ts";
import { accessOf } from "../analyzer-type.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import { type FoundFinding, failedFinding } from "../finding/finding-body.ts";
import { publishFindings } from "../finding/finding-events.ts";
import { findAnalyzerById } from "../rows/analyzers.ts";
import { archiveRulesOf } from "../rows/archive-rules.ts";
import { findingsOf, insertFinding, removeFinding, updateFinding } from "../rows/findings.ts";
import type { AccessAnalyzerTables, AnalyzerRow, FindingRow } from "../tables.ts";
import type { AnalysisThreads } from "./analysis-threads.ts";
import { ExternalFindings, type Zone } from "./external-findings.ts";
import { InternalFindings } from "./internal-findings.ts";
import { OwnRole } from "./own-role.ts";
import { isUnchanged, reconcile } from "./reconcile.ts";
import { UnusedFindings } from "./unused-findings.ts";
import { zoneOf } from "./zone.ts";

/** The state of an analyzer after a look at all of its resources. */
export interface Analyzed {
  readonly resources: readonly ShareableResource[];
  readonly findings: readonly FindingRow[];
  /** When it was looked. */
  readonly atMs: number;
}

/**
 * Looks at resources as they are now and keeps analyzers' findings. Requests about findings look
 * first, so that they are answered about what the request before them has changed.
 */
export class Analysis {
  readonly #deps: AnalyzerDependencies;
  readonly #store: Store<AccessAnalyzerTables>;
  readonly external: ExternalFindings;
  readonly #internal: InternalFindings;
  readonly #unused: UnusedFindings;

  constructor(deps: AnalyzerDependencies, threads: AnalysisThreads) {
    this.#deps = deps;
    this.#store = deps.store.tables<AccessAnalyzerTables>();
    this.external = new ExternalFindings(deps.directory, threads);
    this.#internal = new InternalFindings(deps, threads);
    this.#unused = new UnusedFindings(deps, threads);
  }

  /**
   * Within another's transaction it doesn't look: proofs take longer than other changes may wait.
   * The next request or round does.
   */
  async refresh(analyzer: AnalyzerRow, context?: RequestContext): Promise<Analyzed> {
    const { clock, ids, events } = this.#deps;
    const atMs = clock.nowMs();
    const { analyzer_id: id } = analyzer;
    if (context?.inTransaction === true) {
      const findings = await findingsOf(id, context.db<AccessAnalyzerTables>());
      return { resources: [], findings, atMs };
    }
    const reader = readerOf(this.#deps.store);
    const zone = await zoneOf(analyzer, this.#deps.contributed.organizations);
    const looked = "disabled" in zone ? undefined : await this.#look(analyzer, zone, reader);
    const known = async (db = reader.db<AccessAnalyzerTables>()) => {
      const stored = await findingsOf(id, db);
      return { stored, rules: await archiveRulesOf(id, db) };
    };
    const before = await known();
    const resources = looked?.resources ?? [];
    if (!looked) return { resources, findings: before.stored, atMs };
    const at = { nowMs: atMs, ids };
    if (isUnchanged(reconcile(id, looked.findings, before, at)))
      return { resources, findings: before.stored, atMs };
    const write = async (tx: Transaction<AccessAnalyzerTables>) => {
      // It may have been deleted meanwhile, and another request may have found the same.
      if (!(await findAnalyzerById(id, tx.db))) return [];
      const changes = reconcile(id, looked.findings, await known(tx.db), at);
      await inTurns(changes.inserted, (row) => insertFinding(row, tx.db));
      await inTurns(changes.updated, ({ finding_id, status, analyzed_ms, updated_ms, body }) =>
        updateFinding(finding_id, { status, analyzed_ms, updated_ms, body }, tx.db),
      );
      await inTurns(changes.removed, ({ finding_id }) => removeFinding(finding_id, tx.db));
      const changed = [...changes.inserted, ...changes.updated];
      tx.afterCommit(() => publishFindings(analyzer, changed, { events, ids, isDeleted: false }));
      return findingsOf(id, tx.db);
    };
    return { resources, findings: await this.#store.transaction(write), atMs };
  }

  async #look(analyzer: AnalyzerRow, zone: Zone, reader: Reader): Promise<Looked> {
    const access = accessOf(analyzer.type);
    switch (access) {
      case "external": {
        const resources = await this.#resourcesIn(zone, analyzer.region, reader);
        return this.#findIn(resources, access, (resource) =>
          this.external.of(resource, zone, reader),
        );
      }
      case "internal": {
        const { analysisRule } = configurationOf(analyzer).internalAccess ?? {};
        const all = await this.#resourcesIn(zone, analyzer.region, reader);
        const resources = all.filter(({ resource }) => isIncluded(resource, analysisRule));
        const principals =
          resources.length === 0 ? [] : await this.#internal.principalsOf(zone, reader);
        return this.#findIn(resources, access, (resource) =>
          this.#internal.of({ resource, zone, principals }),
        );
      }
      case "unused": {
        const configuration = unusedAccessOf(analyzer);
        const nowMs = this.#deps.clock.nowMs();
        const findings: FoundFinding[] = [];
        for (const accountId of [...zone.accounts])
          findings.push(...(await this.#unused.of({ accountId, configuration, nowMs }, reader)));
        return { resources: [], findings };
      }
      default:
        return access satisfies never;
    }
  }

  async #resourcesIn(zone: Zone, region: string, reader: Reader): Promise<readonly Readable[]> {
    const found: Readable[] = [];
    const knownAccounts = [...zone.accounts];
    for (const accountId of knownAccounts) {
      const role = await OwnRole.of(accountId, this.#deps.directory, reader);
      for (const service of this.#deps.contributed.shareableResources)
        for (const resource of await service.list({ accountId, region, knownAccounts }, reader)) {
          await nextTurn();
          const isReadable = role?.mayRead(resource, service.readAction) !== false;
          found.push({ resource, isReadable });
        }
    }
    return found;
  }

  async #findIn(
    all: readonly Readable[],
    access: "external" | "internal",
    find: (resource: ShareableResource) => Promise<readonly FoundFinding[] | undefined>,
  ): Promise<Looked> {
    const findings: FoundFinding[] = [];
    for (const { resource, isReadable } of all) {
      await nextTurn();
      if (!isReadable) findings.push(failedFinding(resource, access, "ACCESS_DENIED"));
      else findings.push(...((await find(resource)) ?? []));
    }
    return { resources: all.map(({ resource }) => resource), findings };
  }
}

interface Looked {
  readonly resources: readonly ShareableResource[];
  readonly findings: readonly FoundFinding[];
}

/** A resource, and whether it lets Access Analyzer's role look at it. */
interface Readable {
  readonly resource: ShareableResource;
  readonly isReadable: boolean;
}

function configurationOf({ configuration }: AnalyzerRow): Configuration {
  return JSON.parse(configuration ?? "{}") as Configuration;
}

interface Configuration {
  readonly internalAccess?: InternalAccessConfiguration;
  readonly unusedAccess?: UnusedAccessConfiguration;
}

/** Whether a resource meets all criteria of one of the inclusions. */
function isIncluded(
  { arn, accountId, resourceType }: ShareableResource,
  rule: InternalAccessAnalysisRule = {},
): boolean {
  const meets = (list: readonly string[] | undefined, value: string) =>
    list === undefined || list.length === 0 || list.includes(value);
  return (rule.inclusions ?? []).some(
    ({ accountIds, resourceTypes, resourceArns }) =>
      INTERNAL_TYPES.includes(resourceType) &&
      meets(accountIds, accountId) &&
      meets(resourceTypes, resourceType) &&
      meets(resourceArns, arn),
  );
}

/** Roles and keys aren't AWS's to look at. Source: InternalAccessAnalysisRuleCriteria. */
const INTERNAL_TYPES: readonly string[] = ["AWS::S3::Bucket"];

export function unusedAccessOf(analyzer: AnalyzerRow): UnusedAccessConfiguration {
  return configurationOf(analyzer).unusedAccess ?? {};
}
