import { join } from "node:path";
import { API, type Type } from "typescript/unstable/sync";
import { root } from "../modules.ts";
import { addFileReads } from "./file-reads.ts";
import { addHandlerReads } from "./handler-reads.ts";
import { type DeclaredOperation, operationsIn } from "./operations.ts";
import { Reads } from "./reads.ts";
import { type Member, SdkTypes } from "./sdk-types.ts";

/** A member of an operation's input, at any depth. */
export interface InputMember {
  /** `s3`, as the SDK's package is called. */
  readonly client: string;
  readonly operation: string;
  /** `RestoreRequest.OutputLocation` */
  readonly path: string;
}

export interface InputSurvey {
  readonly operations: ReadonlySet<string>;
  /** Members that no code reads; of those, not what is inside of them. */
  readonly unread: readonly InputMember[];
}

interface FoundMember extends InputMember {
  readonly member: Member;
  readonly parent: FoundMember | undefined;
}

/** Compiles the services, and finds what they don't read of their operations' inputs. */
export function surveyInputs(): InputSurvey {
  const api = new API({ cwd: root });
  try {
    const config = join(import.meta.dirname, "services.tsconfig.json");
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    if (!project) throw new Error(`the compiler doesn't open ${config}`);
    const types = new SdkTypes(project.checker);
    const files = project.program
      .getSourceFileNames()
      .filter((name) => name.includes("/packages/server/src/services/"))
      .flatMap((name) => project.program.getSourceFile(name) ?? [])
      // To look at the others takes as long again, and finds nothing: their types aren't the SDK's.
      .filter(({ text }) => text.includes("@aws-sdk/client-"));
    const operations = files.flatMap((file) => operationsIn(file, types));
    const members = operations.flatMap((operation) => membersOf(operation, types));
    const inputs = members.flatMap((each) => (each.parent ? [] : each.member.declarations));
    const reads = new Reads(types, new Set(inputs));
    const names = new Set(members.map(({ member }) => member.name));
    for (const file of files) addFileReads(file, names, types, reads);
    for (const operation of operations) addHandlerReads(operation, types, reads);
    const isRead = ({ member }: FoundMember) => reads.includes(member.declarations);
    return {
      operations: new Set(operations.map(({ name }) => name)),
      unread: members.filter((each) => !isRead(each) && (!each.parent || isRead(each.parent))),
    };
  } finally {
    api.close();
  }
}

function membersOf({ name, input }: DeclaredOperation, types: SdkTypes): readonly FoundMember[] {
  const found: FoundMember[] = [];
  const seen = new Set<number>();
  const visit = (type: Type, parent: FoundMember | undefined): void => {
    for (const structure of types.structuresOf(type)) {
      if (seen.has(structure.id)) continue;
      seen.add(structure.id);
      for (const member of types.membersOf(structure)) {
        // The SDK's name for a union's member that it doesn't know.
        if (member.name === "$unknown") continue;
        const [, client = ""] =
          /@aws-sdk\/client-([\w-]+)/.exec(member.declarations[0] ?? "") ?? [];
        const path = parent ? `${parent.path}.${member.name}` : member.name;
        const each: FoundMember = { client, operation: name, path, member, parent };
        found.push(each);
        const held = types.typeOf(member.symbol);
        if (held) visit(held, each);
      }
    }
  };
  visit(input, undefined);
  return found;
}
