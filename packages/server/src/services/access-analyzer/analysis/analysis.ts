import type {
  AnalyzerConfiguration,
  UnusedAccessConfiguration,
} from "@aws-sdk/client-accessanalyzer";
import type { ShareableResource } from "../../../kernel/ports/shareable-resources.ts";
import { readerOf, type Store } from "../../../kernel/store.ts";
import type { AnalyzerDependencies } from "../dependencies.ts";
import type { FoundFinding } from "../finding/finding-body.ts";
import { publishFindings } from "../finding/finding-events.ts";
import { findAnalyzerById } from "../rows/analyzers.ts";
import { archiveRulesOf } from "../rows/archive-rules.ts";
import { findingsOf, insertFinding, removeFinding, updateFinding } from "../rows/findings.ts";
import type { AccessAnalyzerTables, AnalyzerRow, FindingRow } from "../tables.ts";
import { ExternalFindings, type Zone } from "./external-findings.ts";
import { OwnRole } from "./own-role.ts";
import { isUnchanged, reconcile } from "./reconcile.ts";
import { UnusedFindings } from "./unused-findings.ts";
import { isOfUnusedAccess, zoneOf } from "./zone.ts";

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
  readonly #unused: UnusedFindings;

  constructor(deps: AnalyzerDependencies) {
    this.#deps = deps;
    this.#store = deps.store.tables<AccessAnalyzerTables>();
    this.external = new ExternalFindings(deps.directory);
    this.#unused = new UnusedFindings(deps);
  }

  async refresh(analyzer: AnalyzerRow): Promise<Analyzed> {
    const { clock, ids, events } = this.#deps;
    const atMs = clock.nowMs();
    const { analyzer_id: id } = analyzer;
    const zone = await zoneOf(analyzer, this.#deps.contributed.organizations);
    const looked = "disabled" in zone ? undefined : await this.#look(analyzer, zone);
    const known = async (db = this.#store.db) => {
      const stored = await findingsOf(id, db);
      return { stored, rules: await archiveRulesOf(id, db) };
    };
    const before = await known();
    const resources = looked?.resources ?? [];
    if (!looked) return { resources, findings: before.stored, atMs };
    const at = { nowMs: atMs, ids };
    if (isUnchanged(reconcile(id, looked.findings, before, at)))
      return { resources, findings: before.stored, atMs };
    const findings = await this.#store.transaction(async (tx) => {
      // It may have been deleted meanwhile, and another request may have found the same.
      if (!(await findAnalyzerById(id, tx.db))) return [];
      const changes = reconcile(id, looked.findings, await known(tx.db), at);
      for (const row of changes.inserted) await insertFinding(row, tx.db);
      for (const { finding_id, status, analyzed_ms, updated_ms, body } of changes.updated)
        await updateFinding(finding_id, { status, analyzed_ms, updated_ms, body }, tx.db);
      for (const { finding_id } of changes.removed) await removeFinding(finding_id, tx.db);
      const changed = [...changes.inserted, ...changes.updated];
      tx.afterCommit(() => publishFindings(analyzer, changed, { events, ids, isDeleted: false }));
      return findingsOf(id, tx.db);
    });
    return { resources, findings, atMs };
  }

  async #look(analyzer: AnalyzerRow, zone: Zone) {
    const resources: ShareableResource[] = [];
    const findings: FoundFinding[] = [];
    const reader = readerOf(this.#deps.store);
    const knownAccounts = [...zone.accounts];
    if (isOfUnusedAccess(analyzer.type)) {
      const configuration = unusedAccessOf(analyzer);
      const nowMs = this.#deps.clock.nowMs();
      for (const accountId of knownAccounts)
        findings.push(...(await this.#unused.of({ accountId, configuration, nowMs }, reader)));
      return { resources, findings };
    }
    for (const accountId of knownAccounts) {
      const role = await OwnRole.of(accountId, this.#deps.directory, reader);
      for (const service of this.#deps.contributed.shareableResources) {
        const place = { accountId, region: analyzer.region, knownAccounts };
        for (const resource of await service.list(place, reader)) {
          resources.push(resource);
          if (role && !role.mayRead(resource, service.readAction)) findings.push(unread(resource));
          else findings.push(...(await this.external.of(resource, zone, reader)));
        }
      }
    }
    return { resources, findings };
  }
}

export function unusedAccessOf({ configuration }: AnalyzerRow): UnusedAccessConfiguration {
  const { unusedAccess = {} } = JSON.parse(configuration ?? "{}") as AnalyzerConfiguration;
  return unusedAccess;
}

/** The finding of a resource that shuts Access Analyzer's role out. */
function unread({ arn, accountId, resourceType }: ShareableResource): FoundFinding {
  return {
    type: "ExternalAccess",
    ...{ resource: arn, resourceType, ownerAccountId: accountId, subject: "" },
    body: { error: "ACCESS_DENIED" },
  };
}
