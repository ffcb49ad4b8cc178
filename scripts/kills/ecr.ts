import { ECR } from "@aws-sdk/client-ecr";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* Repositories with their settings, tags and policies. */

const PREFIX = "kills/";

interface Repository {
  readonly mutability: string;
  readonly policy: string | undefined;
  readonly tags: Tags;
}

function change(
  key: string,
  repository: Repository | undefined,
  chance: Chance,
): Change<Repository> {
  const repositoryName = PREFIX + key;
  const of = (at: Node) => at.client(ECR);
  if (!repository)
    return {
      says: `CreateRepository ${key}`,
      send: (at) => of(at).createRepository({ repositoryName }),
      after: () => ({ mutability: "MUTABLE", policy: undefined, tags: {} }),
    };
  const resourceArn = `arn:aws:ecr:us-east-1:000000000000:repository/${repositoryName}`;
  switch (chance.below(5)) {
    case 0:
      return {
        says: `DeleteRepository ${key}`,
        send: (at) => of(at).deleteRepository({ repositoryName }),
        after: () => undefined,
      };
    case 1: {
      const mutability = repository.mutability === "MUTABLE" ? "IMMUTABLE" : "MUTABLE";
      return {
        says: `PutImageTagMutability ${key} ${mutability}`,
        send: (at) =>
          of(at).putImageTagMutability({ repositoryName, imageTagMutability: mutability }),
        after: () => ({ ...repository, mutability }),
      };
    }
    case 2: {
      const Sid = `S${chance.below(1e6)}`;
      const policyText = JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Sid, Effect: "Allow", Principal: "*", Action: "ecr:ListImages" }],
      });
      return {
        says: `SetRepositoryPolicy ${key} ${Sid}`,
        send: (at) => of(at).setRepositoryPolicy({ repositoryName, policyText }),
        after: () => ({ ...repository, policy: Sid }),
      };
    }
    default:
      return changeTags(repository, chance, `repository ${key}`, {
        tag: (at, Key, Value) => of(at).tagResource({ resourceArn, tags: [{ Key, Value }] }),
        untag: (at, name) => of(at).untagResource({ resourceArn, tagKeys: [name] }),
      });
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, Repository>> {
  const ecr = at.client(ECR);
  const listed = await allPages(
    (nextToken) => ecr.describeRepositories({ nextToken }),
    ({ repositories }) => repositories,
    ({ nextToken }) => nextToken,
  );
  const named: [string | undefined, Repository][] = [];
  for (const { repositoryName, repositoryArn, imageTagMutability = "" } of listed) {
    const { tags } = await ecr.listTagsForResource({ resourceArn: repositoryArn });
    const policy = await ecr.getRepositoryPolicy({ repositoryName }).then(
      ({ policyText = "{}" }) => String(JSON.parse(policyText).Statement[0].Sid),
      (error: Error) => {
        if (error.name === "RepositoryPolicyNotFoundException") return undefined;
        throw error;
      },
    );
    named.push([repositoryName, { mutability: imageTagMutability, policy, tags: tagsOf(tags) }]);
  }
  return byKey(PREFIX, named);
}

export const repositories = remembered<Repository>({
  ...{ name: "ecr-repositories", keys: 8, change, read },
});
